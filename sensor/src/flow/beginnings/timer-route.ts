// What a timer's endpoint is called: the function that it runs, by its name and file. The program's thread knows its number
// only; the sensor's own thread, which knows them all, puts the name in its place.

const ROUTE = /^function (\d+)$/;

/** As long as only the number is known. */
export function timerRoute(id: number): string {
  return `function ${id}`;
}

interface Functions {
  isKnown(id: number): boolean;
  describe(id: number): { name: string; ordinal: number; file: string };
}

interface Named {
  kind: string;
  route: string;
}

/** The same with the function's name in the route, where that has a number. */
export function withTimerName<T extends Named>(of: T, functions: Functions): T {
  const id = of.kind === 'timer' ? Number(ROUTE.exec(of.route)?.[1] ?? 0) : 0;
  if (id === 0 || !functions.isKnown(id)) return of;
  const { name, ordinal, file } = functions.describe(id);
  // Of several of one name in a file, the second on has its number.
  return { ...of, route: `${name}${ordinal > 0 ? `[${ordinal + 1}]` : ''} (${file})` };
}
