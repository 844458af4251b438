// Waiting for something to become true that changes only when somebody says so.

/** `looks` are called after each change. Resolves when it is no longer open, or the time is over. */
export async function untilSettled(isOpen: () => boolean, looks: Set<() => void>, milliseconds: number): Promise<void> {
  if (!isOpen()) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      looks.delete(look);
      resolve();
    };
    const look = () => {
      if (!isOpen()) done();
    };
    const timer = setTimeout(done, milliseconds);
    looks.add(look);
  });
}
