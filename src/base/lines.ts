/** Where the line of an offset begins. `lastIndexOf` alone goes wrong in front of the first character: it then looks at it. */
export const lineStartAt = (text: string, offset: number): number =>
  offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
