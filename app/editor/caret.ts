/** Where the person was in the text: offsets of the selection, and how far the text was scrolled, in pixels. */
export interface Caret {
  readonly start: number;
  readonly end: number;
  readonly top: number;
}

/** Where the person was when Monaco took over; empty unless the plain field had the focus. */
export interface CaretRef {
  current: Caret | undefined;
}
