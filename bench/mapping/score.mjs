// What a subject got right: precision (of what it said), recall (of what there was to say) and whether its
// confidence is what it says it is.

export const BANDS = [0.5, 0.9, 0.95, 0.99];

export class Score {
  right = 0;
  wrong = 0;
  missed = 0;
  unscored = 0;
  unchanged = 0;
  /** By band of confidence and by stage: [right, wrong]. */
  bands = BANDS.map(() => [0, 0]);
  stages = new Map();

  /** `pairs` as a subject says them; `couldBe`: nobody can say whether two ids are one function. */
  add(pairs, idsBefore, idsAfter, idOf, couldBe, unchanged) {
    let there = 0;
    for (const id of idsBefore) if (idsAfter.has(id)) there++;
    let right = 0;
    for (const { before, after, confidence, stage } of pairs) {
      const a = idOf('before', before.path, before.index);
      const b = idOf('after', after.path, after.index);
      if (a === undefined || b === undefined) continue;
      const isRight = a === b;
      if (!isRight && couldBe(a, b)) {
        this.unscored++;
        // A pair that counts for nobody is not missed either.
        continue;
      }
      if (isRight) right++;
      else this.wrong++;
      const column = isRight ? 0 : 1;
      this.bands[BANDS.findLastIndex((low) => confidence >= low)][column]++;
      const ofStage = this.stages.get(stage) ?? [0, 0];
      ofStage[column]++;
      this.stages.set(stage, ofStage);
    }
    this.right += right;
    this.missed += there - right;
    this.unchanged += unchanged;
  }

  addScore(score) {
    for (const field of ['right', 'wrong', 'missed', 'unscored', 'unchanged']) this[field] += score[field];
    for (const [i, band] of score.bands.entries()) {
      this.bands[i] = [this.bands[i][0] + band[0], this.bands[i][1] + band[1]];
    }
  }

  /** Over all functions, or those of changed files alone. */
  precision(all = true) {
    const right = this.right + (all ? this.unchanged : 0);
    return right / (right + this.wrong);
  }

  recall(all = true) {
    const right = this.right + (all ? this.unchanged : 0);
    return right / (right + this.missed);
  }

  f1(all = true) {
    const [p, r] = [this.precision(all), this.recall(all)];
    return (2 * p * r) / (p + r);
  }
}
