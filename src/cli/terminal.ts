// What the terminal at the other end of a stream can do.

/** True for a terminal that knows escape sequences and whose user did not ask for plain text (no-color.org). */
export function paints(stream: NodeJS.WriteStream): boolean {
  return steers(stream) && !process.env.NO_COLOR
}

/** True for a terminal that can be told to rewrite a line. */
export function steers(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb'
}
