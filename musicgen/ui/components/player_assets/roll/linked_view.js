// Rolls of one comparison scroll and zoom together: each says what it shows, in quarters.

const VIEW = "musicgen-roll-view";
const TOLERANCE = 1.5; // pixels by which browsers round a scroll position

export class LinkedView {
  // redraw: called when another roll has moved this one.
  constructor(roll, redraw, signal) {
    this.roll = roll;
    this.group = ""; // of the rolls that move together; empty: this one is alone
    this.moved = null; // scroll position that another roll has set
    this.listener = ({ detail }) => {
      if (!this.group || detail.group !== this.group || detail.roll === roll) return;
      this.follow(detail);
      redraw();
    };
    window.addEventListener(VIEW, this.listener, { signal });
  }

  // Tell the others what is in view, unless they have just said so.
  publish() {
    const { roll, group, moved } = this;
    if (!group || !roll.piece) return;
    if (moved !== null && Math.abs(roll.scroller.scrollLeft - moved) < TOLERANCE) return;
    this.moved = null;
    const { ticksPerQuarter } = roll.piece;
    const first = roll.scroller.scrollLeft / roll.scale / ticksPerQuarter;
    const detail = { group, roll, first, scale: roll.scale * ticksPerQuarter };
    window.dispatchEvent(new CustomEvent(VIEW, { detail }));
  }

  // first: quarter at the left edge. scale: pixels per quarter.
  follow({ first, scale }) {
    const { roll } = this;
    const { ticksPerQuarter } = roll.piece;
    roll.scale = scale / ticksPerQuarter;
    roll.zoomed = true;
    roll.fit();
    roll.scroller.scrollLeft = first * ticksPerQuarter * roll.scale;
    this.moved = roll.scroller.scrollLeft;
  }
}
