// Rows of a bench for people: a block for each case, a line for each subject and metric, a column for each Node.
//
// A row is { case, subject, metric, unit, value } and, where they apply: node (its version; null: of no Node), low and
// high (quartiles), runs, ratio (to the plain program), goal and met (goalOf 'ratio' where the goal is one of the
// ratio), reason (why there is no value, or what is to be known of it).

const CELL = 48;
const NAME = 22;

/** Text for a terminal at least 100 columns wide. */
export function table(name, rows) {
  const named = [...new Set(rows.map((row) => row.node).filter(Boolean))].sort((a, b) => a.localeCompare(b));
  // Where nothing depends on it there is one column of no Node.
  const nodes = named.length > 0 ? named : [null];
  const measured = rows.filter((row) => row.value !== null);
  const blocks = [...groups(measured, (row) => row.case).values()].map((block) => blockText(block, nodes));
  return [`\n${name}`, ...blocks, ...remarks(rows), ...goals(measured)].join('\n');
}

function blockText(rows, nodes) {
  const head = `\n${rows[0].case}`.padEnd(NAME + 20);
  const lines = [head + nodes.map((node) => (node === null ? '' : `Node ${node}`).padEnd(CELL)).join('')];
  for (const line of groups(rows, (row) => `${row.subject}\n${row.metric}\n${row.unit}`).values()) {
    const [{ subject, metric, unit }] = line;
    const cells = nodes.map((node) => cellText(line.find((row) => (row.node ?? nodes[0]) === node)).padEnd(CELL - 1));
    lines.push(`  ${subject.padEnd(NAME)}${cells.join(' ')} ${metric}, ${unit}`);
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

function cellText(row) {
  if (row === undefined) return '';
  const spread = row.runs > 1 ? ` (${format(row.low)}–${format(row.high)})` : '';
  const ratio = row.ratio === undefined ? '' : ` ${row.ratio.toFixed(row.ratio < 10 ? 2 : 0)}×`;
  return `${format(row.value)}${spread}${ratio}${goalText(row)}`;
}

/** The goal, and by how much of it it was missed. */
function goalText({ value, ratio, goal, goalOf, met }) {
  if (met === undefined) return '';
  const figure = goalOf === 'ratio' ? ratio : value;
  const isTheLeast = met ? figure > goal : figure < goal;
  const text = ` ${met ? '✓' : '✗'} ${isTheLeast ? '≥' : '≤'} ${format(goal)}`;
  if (met || goal === 0) return text;
  const miss = Math.round(100 * Math.abs(figure / goal - 1));
  return `${text}, missed by ${miss || '<1'} %`;
}

/** Why there is no value, and what is to be known of one. */
function remarks(rows) {
  const lines = groups(
    rows.filter((row) => row.reason),
    (row) => `${row.subject} ${row.case} ${row.metric} ${row.reason}`,
  );
  if (lines.size === 0) return [];
  const line = ([row, ...more]) => {
    const on = row.node === null ? '' : `, Node ${[row, ...more].map(({ node }) => node).join(', ')}`;
    return `  ${row.case}, ${row.subject}${on}, ${row.metric}: ${row.reason}`;
  };
  return ['\nRemarks', ...[...lines.values()].map(line)];
}

/** How many goals were met, and a line for each that was not. */
export function goals(rows) {
  const with_ = rows.filter((row) => row.met !== undefined && row.value !== null);
  if (with_.length === 0) return [];
  const missed = with_.filter((row) => !row.met);
  const line = (row) =>
    `  ${row.case}, ${row.subject}, ${row.metric}${row.node === null ? '' : `, Node ${row.node}`}: ${format(row.goalOf === 'ratio' ? row.ratio : row.value)}${goalText(row)}`;
  return [
    '\nA cell: median (quartiles) ratio to plain, ✓ or ✗ and the goal, which is of the ratio where there is one.',
    `Goals met: ${with_.length - missed.length} of ${with_.length}.${missed.length > 0 ? ' Missed:' : ''}`,
    ...missed.map(line),
  ];
}

function format(value) {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function groups(items, keyOf) {
  const grouped = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!grouped.has(key)) grouped.set(key, []);
    grouped.get(key).push(item);
  }
  return grouped;
}
