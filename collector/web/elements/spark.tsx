// A small line in a cell. It is a button: behind it are its numbers, as a chart of full size with its table.

import { type Series, sparkline, timeSeries } from '@prodlens/charts';
import { formatCount } from '@prodlens/protocol';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ChartBox } from './chart.js';

const HOUR_SECONDS = 3_600;

interface Props {
  /** What it shows, in few words. */
  title: string;
  startUnixMs: number;
  /** An entry an hour; the line is the first one. */
  series: Series[];
}

/** Without the hour that runs, whose sum would look like a fall; but where there is no other one. */
function overHours(values: Series['values']): Series['values'] {
  const over = values.slice(0, -1);
  return over.some((value) => value !== null && value > 0) ? [...over, null] : values;
}

export function HourlySpark({ title, startUnixMs, series }: Props) {
  const box = useRef<HTMLSpanElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const numbers = JSON.stringify(series);
  useEffect(
    () => box.current!.replaceChildren(sparkline(overHours(series[0]!.values), { title, width: 88, height: 22 })),
    [numbers],
  );
  useEffect(() => {
    if (isOpen) dialog.current!.showModal();
  }, [isOpen]);
  const data = useMemo(
    () => ({ startUnixMs, series, partSeconds: HOUR_SECONDS, deployments: [] }),
    [startUnixMs, numbers],
  );
  return (
    <>
      <button
        type="button"
        class="quiet spark"
        aria-label={`${title}: show the numbers`}
        onClick={() => setIsOpen(true)}
      >
        <span ref={box} aria-hidden="true" />
      </button>
      {isOpen && (
        <dialog ref={dialog} class="numbers" aria-label={title} onClose={() => setIsOpen(false)}>
          <ChartBox
            chart={timeSeries}
            data={data}
            options={{ title, unit: 'an hour', show: formatCount, height: 220 }}
          />
          <form method="dialog">
            <button type="submit">Close</button>
          </form>
        </dialog>
      )}
    </>
  );
}
