// Starting a thread puts calls into process.nextTick's queue, one of which tells listeners of process's 'worker'
// event of it. A program would be told of threads that are not its own, and its first microtasks would run from that
// queue, which shows in stack traces. So those calls are made at once, with nobody listening.

/** What `start` returns. Synchronous; throws what `start` throws. */
export function unnoticed<T>(start: () => T): T {
  const queued: (() => void)[] = [];
  const during = (name: 'nextTick' | 'emit', value: unknown, run: () => unknown) => {
    const before = Object.getOwnPropertyDescriptor(process, name);
    Object.defineProperty(process, name, { value, writable: true, enumerable: true, configurable: true });
    try {
      return run();
    } finally {
      if (before) Object.defineProperty(process, name, before);
      else Reflect.deleteProperty(process, name);
    }
  };
  const enqueue = (call: (...values: unknown[]) => void, ...values: unknown[]) => queued.push(() => call(...values));
  const result = during('nextTick', enqueue, start) as T;
  const { emit, nextTick } = process;
  // What else was to be told, such as a warning, is told when it would have been.
  const told = (name: string, ...values: unknown[]) => {
    if (name !== 'worker') nextTick(() => Reflect.apply(emit, process, [name, ...values]));
    return false;
  };
  during('emit', told, () => {
    for (const call of queued) call();
  });
  return result;
}
