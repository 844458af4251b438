// Numbers that mostly count from zero or one on, and the position at which each was added: a typed array has most of them,
// a map those that are far apart. As maps of objects, what 200 sensors call their 4,000 functions each took 80 MB.

export interface Numbering {
  readonly size: number;
  /** -1 where it has not been added. */
  positionOf(number: number): number;
  /** The position that it has or gets: the next. */
  add(number: number): number;
}

const FIRST_NUMBERS = 64;
/** An array has no more entries than this for each number that is in it, once there are some. */
const SPARSEST = 4;

export function createNumbering(): Numbering {
  /** By number, the position and one; 0: none. */
  let dense = new Uint32Array(FIRST_NUMBERS);
  const sparse = new Map<number, number>();
  let size = 0;

  function positionOf(number: number): number {
    const found = dense[number];
    return found ? found - 1 : (sparse.get(number) ?? -1);
  }

  return {
    get size() {
      return size;
    },
    positionOf,
    add(number) {
      const known = positionOf(number);
      if (known !== -1) return known;
      if (number >= dense.length && number < SPARSEST * (size + FIRST_NUMBERS)) {
        const larger = new Uint32Array(Math.max(2 * dense.length, number + 1));
        larger.set(dense);
        dense = larger;
      }
      if (number >= 0 && number < dense.length) dense[number] = size + 1;
      else sparse.set(number, size);
      return size++;
    },
  };
}
