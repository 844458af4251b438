// Which spans have been counted, and which function called which: the parent of a span, or the nearest of its ancestors
// that is of a function. A child ends before its parent and often arrives before it, in a batch of its own, so that
// children wait here for parents. Bounded: of spans and of children that wait the oldest are forgotten, after which a
// repeat would be counted again, and a call has no caller.

export interface SpanLinks<F> {
  /** False where the span is known already. */
  add(span: LinkedSpan<F>): boolean;
  /** As if they had not come: what they are of was not stored, and will come again. */
  forget(keys: string[]): void;
}

export interface LinkedSpan<F> {
  /** Unique among all that are added. */
  key: string;
  /** Key of the parent; null for the first of a trace. */
  parentKey: string | null;
  /** null where it is of none. */
  of: F | null;
  /** Called at once or later, at most once, when the caller of `of` is known. */
  called: (caller: F) => void;
}

/** More generations without a function between two functions are not followed. */
const GENERATIONS = 1_000;

export function createSpanLinks<F>(capacity: number): SpanLinks<F> {
  const spans = new Map<string, Pick<LinkedSpan<F>, 'parentKey' | 'of'>>();
  /** By the key of the ancestor that has not come. */
  const waiting = new Map<string, Array<(caller: F) => void>>();
  let waitingCount = 0;

  function tell(children: Array<(caller: F) => void>, parentKey: string | null): void {
    let key = parentKey;
    for (let i = 0; key !== null && children.length > 0 && i < GENERATIONS; i++) {
      const parent = spans.get(key);
      if (parent === undefined) {
        const others = waiting.get(key);
        if (others === undefined) waiting.set(key, children);
        else for (const child of children) others.push(child);
        waitingCount += children.length;
        return;
      }
      if (parent.of !== null) {
        for (const called of children) called(parent.of);
        return;
      }
      key = parent.parentKey;
    }
  }

  function takeWaiting(key: string): Array<(caller: F) => void> {
    const children = waiting.get(key) ?? [];
    waiting.delete(key);
    waitingCount -= children.length;
    return children;
  }

  return {
    add({ key, parentKey, of, called }) {
      if (spans.has(key)) return false;
      spans.set(key, { parentKey, of });
      const children = takeWaiting(key);
      if (of === null) tell(children, parentKey);
      else {
        for (const child of children) child(of);
        tell([called], parentKey);
      }
      for (const [oldest] of spans) {
        if (spans.size <= capacity) break;
        spans.delete(oldest);
      }
      for (const [oldest] of waiting) {
        if (waitingCount <= capacity) break;
        takeWaiting(oldest);
      }
      return true;
    },
    forget(keys) {
      for (const key of keys) spans.delete(key);
    },
  };
}
