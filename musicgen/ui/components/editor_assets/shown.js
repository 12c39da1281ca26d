// Texts and attributes that are written only where they change: the page is laid out anew after each.

export function showText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function showAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
