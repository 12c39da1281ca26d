// The pointer over the roll: it goes to a place, selects bars, and describes notes.

export class RollPointer {
  constructor(player) {
    this.player = player;
    this.roll = player.roll;
    this.anchor = null; // the bar where a drag over bars started
    this.scrubbing = false;
    this.tap = null; // tick under a finger that may be about to scroll
    this.addListeners((...listener) => player.on(this.roll.canvas, ...listener));
  }

  addListeners(on) {
    on("pointerdown", (event) => this.handlePress(event));
    on("pointermove", (event) => this.handleMove(event));
    on("pointerup", () => this.handleRelease());
    on("pointercancel", () => {
      this.tap = null;
      this.handleRelease();
    });
    // A finger on the bar numbers selects bars, and does not scroll.
    const keepFromScrolling = (event) => {
      if (this.roll.positionOf(event.touches[0]).overRuler) event.preventDefault();
    };
    on("touchstart", keepFromScrolling, { passive: false });
    on("pointerleave", () => this.player.describeNote(-1));
  }

  // Whether it is in the middle of a gesture, so that the roll stays where it is.
  get isDown() {
    return this.scrubbing || this.anchor !== null;
  }

  handlePress(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.player.scroller.focus({ preventScroll: true });
    const position = this.roll.positionOf(event);
    this.player.describeNote(this.roll.noteAt(position)); // a finger does not hover
    if (event.pointerType === "touch" && !position.overRuler) {
      this.tap = position.tick;
    } else if (!event.shiftKey && !position.overRuler) {
      this.scrubbing = true;
      this.player.transport.seek(position.tick);
    } else if (this.roll.bars > 0) {
      this.anchor = this.roll.barAt(position.tick);
      this.player.select([this.anchor, this.anchor], false);
    }
    this.roll.canvas.setPointerCapture(event.pointerId);
  }

  handleMove(event) {
    const position = this.roll.positionOf(event);
    if (this.anchor !== null) {
      const bar = this.roll.barAt(position.tick);
      this.player.select([Math.min(bar, this.anchor), Math.max(bar, this.anchor)], false);
    } else if (this.scrubbing) {
      this.player.transport.seek(position.tick);
    } else {
      this.player.describeNote(this.roll.noteAt(position));
    }
  }

  handleRelease() {
    if (this.tap !== null) this.player.transport.seek(this.tap);
    this.tap = null;
    const wasSelecting = this.anchor !== null;
    this.anchor = null;
    this.scrubbing = false;
    if (wasSelecting) this.player.select(this.player.selection);
  }
}
