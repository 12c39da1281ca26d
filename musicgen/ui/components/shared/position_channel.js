// Position of what plays, between components of one page: a player publishes it, a printed score
// follows it and asks for another. Both name the piece, so that two on one page do not mix.

const POSITION = "musicgen-position";
const REQUEST = "musicgen-position-request";

export class PositionChannel {
  constructor() {
    this.piece = "";
    this.last = "";
  }

  // Say where a piece is: tick of the grid, 24 to the quarter.
  publish(tick, plays) {
    const text = `${tick} ${plays}`;
    if (!this.piece || text === this.last) return;
    this.last = text;
    send(POSITION, { piece: this.piece, tick, plays });
  }

  // Ask a piece's player to go to a tick, to play or pause, or (neither) to say where it is.
  request(details = {}) {
    send(REQUEST, { piece: this.piece, ...details });
  }

  // Listen until the signal: onPosition({ tick, plays }), onRequest({ tick?, toggles? }).
  listen({ onPosition, onRequest }, signal) {
    const only = (listener) => (event) => {
      if (event.detail.piece === this.piece) listener(event.detail);
    };
    if (onPosition) window.addEventListener(POSITION, only(onPosition), { signal });
    if (!onRequest) return;
    const answer = (request) => {
      this.last = ""; // what asks has not seen the last position
      onRequest(request);
    };
    window.addEventListener(REQUEST, only(answer), { signal });
  }
}

function send(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}
