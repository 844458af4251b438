// What a message brings, for a person to read.

/** Longer contents stay bytes. */
const LONGEST = 65_536;

/** Bytes as text; anything else as it is. Read only when a flow is captured. */
export function messageText(content: unknown): unknown {
  return Buffer.isBuffer(content) && content.length <= LONGEST ? content.toString('utf8') : content;
}
