// Other people's rules, as far as their documentation tells them, and the first form of ours, over the same simulated
// services. Each takes a service and answers with the indices of the functions that it would report, and after how many
// minutes. All see five-minute means of log2 of the durations, 80 minutes after the deployment but for the first five.

import { believableP, medianInPlace, robustScale, studentTail } from '../../collector/dist/analysis/statistics.js';

const median = (values) => medianInPlace(Float64Array.from(values));

/** [{ index, minutes }] by rule. */
export const RULES = {
  'Welch p<.01, +10 % (as Sentry)': welchRule({ p: 0.01, least: Math.log2(1.1) }),
  'Welch 98 %, +25 % (as Kayenta)': welchRule({ p: 0.01, least: Math.log2(1.25) }),
  '+100 %, 350 calls (as Hud)': (service) =>
    each(service, (f) => {
      const after = sideAfter(f, 5, 80);
      return sum(after.calls) >= 350 && median(after.level) - median(usable(f.before, 1).level) >= 1;
    }),
  'plain medians, 20 min': (service) => medianRule(service, { look: 20, control: 144, q: 0.005 }),
  'plain medians, 80 min': (service) => medianRule(service, { look: 80, control: 36, q: 0.05 }),
};

function each(service, rule) {
  return service.functions.flatMap((f, index) => (rule(f) ? [{ index, minutes: 85 }] : []));
}

function welchRule({ p, least }) {
  return (service) =>
    each(service, (f) => {
      const x = usable(f.before, 1).level.slice(-36);
      const y = usable(sideAfter(f, 5, 80), 1).level;
      if (x.length < 3 || y.length < 3) return false;
      const [mx, my] = [mean(x), mean(y)];
      const [vx, vy] = [variance(x, mx) / x.length, variance(y, my) / y.length];
      const df = (vx + vy) ** 2 / (vx ** 2 / (x.length - 1) + vy ** 2 / (y.length - 1));
      return my - mx > least && studentTail((my - mx) / Math.sqrt(vx + vy), df) < p;
    });
}

/** Medians of blocks with the common mode taken out, Benjamini-Hochberg, both halves shifted. */
function medianRule({ functions }, { look, control, q }) {
  const common = commonModes(functions);
  const found = functions.flatMap((f, index) => {
    const x = [];
    for (let j = f.before.level.length - control; j < f.before.level.length; j++)
      if (f.before.calls[j] >= 3) x.push(f.before.level[j] - common.before[j]);
    const blocks = sideAfter(f, 5, look);
    const y = blocks.level.map((level, j) => level - common.after[j]).filter((_, j) => blocks.calls[j] >= 3);
    if (x.length < 10 || y.length < 3) return [];
    const [mx, my] = [median(x), median(y)];
    const sx = scale(x, mx);
    const sy = Math.max(scale(y, my), 0.7 * sx);
    const se = 1.2533 * Math.sqrt(sx ** 2 / x.length + sy ** 2 / y.length) + 1e-4;
    const d = my - mx;
    const half = y.length >> 1;
    const persists = median(y.slice(0, half)) - mx > d / 2 && median(y.slice(half)) - mx > d / 2;
    return [{ index, persists, p: studentTail((d - Math.log2(1.1)) / se, (x.length + y.length - 2) / 1.5) }];
  });
  const believed = believableP(
    found.map(({ p }) => p),
    found.length,
    q,
  );
  return found
    .filter(({ p, persists }) => p <= believed && persists)
    .map(({ index }) => ({ index, minutes: 5 + look }));
}

/** What most functions of the service share, block by block. */
export function commonModes(functions) {
  const bases = functions.map((f) => median(usable(f.before, 1).level));
  const afters = functions.map((f) => sideAfter(f, 5, 80));
  const at = (sides, j) => {
    const values = sides.flatMap(({ level, calls }, i) =>
      calls[j] >= 5 && !Number.isNaN(bases[i]) ? [level[j] - bases[i]] : [],
    );
    return values.length >= 12 ? median(values) : 0;
  };
  const before = functions.map((f) => f.before);
  return {
    before: Float64Array.from(before[0].level, (_, j) => at(before, j)),
    after: Float64Array.from(afters[0].level, (_, j) => at(afters, j)),
  };
}

/** Five-minute blocks of the minutes [skip, skip + length) after the deployment. */
function sideAfter({ after }, skip, length) {
  const side = { level: [], calls: [] };
  for (let minute = skip; minute < skip + length; minute += 5) {
    let [calls, total] = [0, 0];
    for (let m = minute; m < minute + 5; m++) {
      calls += after.calls[m];
      total += after.calls[m] * after.level[m];
    }
    side.calls.push(calls);
    side.level.push(calls === 0 ? 0 : total / calls);
  }
  return side;
}

function usable({ level, calls }, least) {
  return { level: [...level].filter((_, j) => calls[j] >= least) };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const mean = (values) => sum(values) / values.length;
const variance = (values, m) => sum(values.map((v) => (v - m) ** 2)) / (values.length - 1);
const scale = (values, centre) => robustScale(Float64Array.from(values), values.length, centre);
