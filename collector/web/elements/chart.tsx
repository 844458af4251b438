// A chart of @prodlens/charts in a page: made once, told of new data, taken away with the page.

import type { Chart, ChartHandle, ChartOptions } from '@prodlens/charts';
import { useEffect, useRef } from 'preact/hooks';

interface Props<Data, Options extends ChartOptions> {
  chart: Chart<Data, Options>;
  data: Data;
  options: Options;
}

export function ChartBox<Data, Options extends ChartOptions>({ chart, data, options }: Props<Data, Options>) {
  const box = useRef<HTMLDivElement>(null);
  const handle = useRef<ChartHandle<Data> | null>(null);
  // data goes to the chart that there is; its title makes it another one
  useEffect(() => {
    handle.current = chart(box.current!, data, options);
    return () => handle.current?.destroy();
  }, [chart, options.title]);
  useEffect(() => handle.current?.update(data), [data]);
  return <div class="chart" ref={box} />;
}
