// All functions, however many: pages of the list are asked for as they come into view, so that scrolling through a hundred
// thousand rows holds no more than a few hundred. Search, filter and order are the collector's.

import { type FunctionStats, formatCount, formatPercent, formatRate } from '@prodlens/protocol';
import { Component } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { FunctionCell } from '../elements/links.js';
import { Card, Heading } from '../elements/page.js';
import { Failure, Loading } from '../elements/states.js';
import { type Column, ColumnHead, TableTools } from '../elements/table.js';
import { countText, durationCell, orAbsent, slowdownCell } from '../format.js';
import { go } from '../state/address.js';
import { useFunctionPages } from '../state/function-pages.js';
import { failureTitle, query } from '../state/requests.js';
import { useView, windowText } from '../state/view.js';

const ROW_PX = 46;
const OVERSCAN = 4;
const SORTS = ['totalNs', 'name', 'callsPerMinute', 'errors', 'p50Ns', 'p95Ns', 'p99Ns', 'maxNs', 'selfNs', 'cpuNs'];
const TYPING_MS = 250;

const COLUMNS: Column<FunctionStats>[] = [
  {
    ...{ title: 'Function', sort: 'name', raw: (f) => f.name },
    cell: (f) => <FunctionCell of={f} />,
  },
  {
    ...{ title: 'Service', raw: (f) => f.service, class: 'muted' },
    cell: (f) => (
      <span class="two-lines">
        <span>{f.service}</span>
        <span class="small" title={f.package ?? ''}>
          {f.environment}
          {f.package !== null && ` · ${f.package}`}
        </span>
      </span>
    ),
  },
  number('Rate', 'callsPerMinute', '1/min', formatRate),
  {
    ...number('Errors', 'errors', undefined, formatCount),
    cell: (f) =>
      f.errors === 0 ? (
        <span class="muted">0</span>
      ) : (
        <span class="bad" title={`${formatCount(f.errors)} of ${formatCount(f.calls)}`}>
          {orAbsent(f.errorRate, formatPercent)}
        </span>
      ),
  },
  number('p50', 'p50Ns', 'ns', durationCell),
  {
    ...number('p95', 'p95Ns', 'ns', durationCell),
    cell: (f) =>
      f.regression === null ? (
        durationCell(f.p95Ns)
      ) : (
        <span class="bad" title={slowdownCell(f.regression.slowdown, f.regression.version)}>
          ▲ {durationCell(f.p95Ns)}
        </span>
      ),
  },
  number('p99', 'p99Ns', 'ns', durationCell),
  number('Max', 'maxNs', 'ns', durationCell),
  number('Own', 'selfNs', 'ns', durationCell),
  number('CPU', 'cpuNs', 'ns', durationCell),
  number('Total', 'totalNs', 'ns', durationCell),
];

type NumberKey = 'callsPerMinute' | 'errors' | 'p50Ns' | 'p95Ns' | 'p99Ns' | 'maxNs' | 'selfNs' | 'cpuNs' | 'totalNs';

function number(
  title: string,
  key: NumberKey,
  unit: string | undefined,
  show: (value: number) => string,
): Column<FunctionStats> {
  return {
    ...{ title, sort: key, number: true, raw: (f) => f[key] },
    ...(unit !== undefined && { unit }),
    cell: (f) => orAbsent(f[key], show),
  };
}

export function FunctionsPage() {
  const { scope, window, address, here } = useView();
  const text = address.query.get('q') ?? '';
  const own = address.query.get('own') === 'true';
  const sort = SORTS.find((one) => one === address.query.get('sort')) ?? 'totalNs';
  const list = useFunctionPages(query({ ...scope, window, sort, text, own: own ? true : undefined }));
  const note = <TableTools name="Functions that were looked at" columns={COLUMNS} rows={list.known} />;
  return (
    <>
      <Heading title="Functions">Every function that was called {windowText(window)}</Heading>
      <div class="filters">
        <Search text={text} choose={(q) => go(here({ q }), { replace: true })} />
        <label class="check">
          <input
            type="checkbox"
            checked={own}
            onChange={(event) => go(here({ own: event.currentTarget.checked ? 'true' : null }))}
          />
          Own code only
        </label>
      </div>
      {list.failure !== null && list.count === null ? (
        <Failure title={failureTitle(list.failure.status)} message={list.failure.message} />
      ) : list.count === null ? (
        <Loading />
      ) : (
        <Card title={countText(list.count, 'function')} note={note} flush>
          {list.count === 0 ? (
            <p class="none">
              {text === ''
                ? 'No function was called in this time.'
                : 'No function that was called has this in its name.'}
            </p>
          ) : (
            <Rows list={list} sort={sort} choose={(by) => go(here({ sort: by }))} />
          )}
        </Card>
      )}
    </>
  );
}

function Search({ text, choose }: { text: string; choose: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      type="search"
      class="search"
      placeholder="Search by name"
      aria-label="Search functions by name"
      value={typed}
      onInput={(event) => {
        const { value } = event.currentTarget;
        setTyped(value);
        clearTimeout(timer.current);
        // A link may have been followed already, though this page is still there.
        const { hash } = location;
        timer.current = setTimeout(() => location.hash === hash && choose(value.trim()), TYPING_MS);
      }}
    />
  );
}

interface RowsProps {
  list: ReturnType<typeof useFunctionPages>;
  sort: string;
  choose: (sort: string) => void;
}

/** Only the rows in view are in the page; two empty rows stand for those before and behind. */
function Rows({ list, sort, choose }: RowsProps) {
  const count = list.count ?? 0;
  const box = useRef<HTMLElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useEffect(() => {
    const section = box.current!;
    const watch = new ResizeObserver(() => setHeight(section.clientHeight));
    watch.observe(section);
    return () => watch.disconnect();
  }, []);
  // another list begins at its top
  useEffect(() => box.current!.scrollTo(0, 0), [list.key]);
  // Always as many, so that the rows of the page are used again for others, none made and none thrown away.
  const pool = Math.min(count, Math.ceil(height / ROW_PX) + 1 + 2 * OVERSCAN);
  const first = Math.max(0, Math.min(count - pool, Math.floor(top / ROW_PX) - OVERSCAN));
  const last = first + pool;
  useEffect(() => list.want(first, last), [first, last, list.key]);
  const rows = Array.from({ length: pool }, (_, i) => first + i);
  return (
    <section
      class="table tall"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Functions, table"
      ref={box}
      // By whole rows: what moves less needs nothing drawn anew.
      onScroll={(event) => setTop(Math.floor(event.currentTarget.scrollTop / ROW_PX) * ROW_PX)}
    >
      <table class="fixed" aria-rowcount={count + 1}>
        <colgroup>
          <col class="col-name" />
          <col class="col-service" />
          {COLUMNS.slice(2).map(({ title }) => (
            <col key={title} class="col-number" />
          ))}
        </colgroup>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <ColumnHead key={column.title} column={column} sorting={{ by: sort, choose }} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height={first * ROW_PX} />
          {rows.map((i) => (
            <Row key={`row ${i % pool}`} index={i} row={list.row(i)} />
          ))}
          <Space height={(count - last) * ROW_PX} />
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  index: number;
  row: FunctionStats | undefined;
}

class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps) {
    return next.index !== this.props.index || next.row !== this.props.row;
  }
  override render({ index, row }: RowProps) {
    return <Cells index={index} row={row} />;
  }
}

function Cells({ index, row }: RowProps) {
  return (
    <tr aria-rowindex={index + 2} class="row">
      {COLUMNS.map((column) => (
        <td key={column.title} class={`${column.number ? 'number ' : ''}${column.class ?? ''}`}>
          {row === undefined ? <span class="bone" /> : column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function Space({ height }: { height: number }) {
  if (height === 0) return null;
  return (
    <tr class="space" style={{ height: `${height}px` }}>
      <td colSpan={COLUMNS.length} />
    </tr>
  );
}
