// Keys of the roll: all that the mouse can do.

const VELOCITY_STEP = 8;

// Handle a key; returns whether it was one of the roll's.
export function handleKey(editor, event) {
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const command = event.ctrlKey || event.metaKey;
  const prefix = `${command ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}`;
  const action = ACTIONS[prefix + name];
  if (!action) return false;
  event.preventDefault();
  action(editor);
  return true;
}

// Handle a key pressed on a button of the panel: all but those that press the button.
export function handleButtonKey(editor, event) {
  const isPress = event.key === " " || event.key === "Enter";
  return event.target.matches("button") && !isPress && handleKey(editor, event);
}

const ACTIONS = {
  " ": (editor) => editor.togglePlay(),
  Enter: (editor) => editor.pressCursor(),
  Escape: (editor) => editor.escape(),
  Delete: (editor) => editor.deleteSelected(),
  Backspace: (editor) => editor.deleteSelected(),
  ArrowLeft: (editor) => editor.shift(-1),
  ArrowRight: (editor) => editor.shift(1),
  ArrowUp: (editor) => editor.shiftPitch(1),
  ArrowDown: (editor) => editor.shiftPitch(-1),
  "Shift+ArrowUp": (editor) => editor.shiftPitch(12),
  "Shift+ArrowDown": (editor) => editor.shiftPitch(-12),
  "Shift+ArrowLeft": (editor) => editor.stretch(-1),
  "Shift+ArrowRight": (editor) => editor.stretch(1),
  "Alt+ArrowUp": (editor) => editor.changeVelocity(VELOCITY_STEP),
  "Alt+ArrowDown": (editor) => editor.changeVelocity(-VELOCITY_STEP),
  PageDown: (editor) => editor.moveByBar(1),
  PageUp: (editor) => editor.moveByBar(-1),
  Home: (editor) => editor.moveTo(0),
  End: (editor) => editor.moveTo(editor.music.end),
  ".": (editor) => editor.selectNext(1, false),
  ",": (editor) => editor.selectNext(-1, false),
  "Shift+>": (editor) => editor.selectNext(1, true),
  "Shift+<": (editor) => editor.selectNext(-1, true),
  b: (editor) => editor.selectBarAtCursor(false),
  "Shift+b": (editor) => editor.selectBarAtCursor(true),
  p: (editor) => editor.selectPart(editor.activePart),
  s: (editor) => editor.toggleRectangle(),
  v: (editor) => editor.setTool("select"),
  d: (editor) => editor.setTool("draw"),
  q: (editor) => editor.quantise(),
  l: (editor) => editor.toggleLoop(),
  m: (editor) => editor.toggleMetronome(),
  r: (editor) => editor.toggleRecord(),
  "+": (editor) => editor.zoom(1.5),
  "Shift++": (editor) => editor.zoom(1.5),
  "-": (editor) => editor.zoom(1 / 1.5),
  "Ctrl+a": (editor) => editor.selectAll(),
  "Ctrl+c": (editor) => editor.copy(),
  "Ctrl+x": (editor) => editor.cut(),
  "Ctrl+v": (editor) => editor.paste(),
  "Ctrl+z": (editor) => editor.undo(),
  "Ctrl+y": (editor) => editor.redo(),
  "Ctrl+Shift+z": (editor) => editor.redo(),
};
