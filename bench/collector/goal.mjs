// Whether a goal is met, as columns of a row. The table says by how much it is missed.

/** `above`: more is better. */
export function goal(value, limit, above = false) {
  return { goal: limit, met: above ? value >= limit : value <= limit };
}
