// A chart of @prodlens/charts in the panel: made once, told of new data. Copying and saving are the editor's.

import type { Chart, ChartHandle, ChartOptions } from '@prodlens/charts';
import { useEffect, useRef } from 'preact/hooks';
import { tell } from './editor.js';

interface Props<Data, Options extends ChartOptions> {
  chart: Chart<Data, Options>;
  data: Data;
  options: Options;
}

export function ChartBox<Data, Options extends ChartOptions>({ chart, data, options }: Props<Data, Options>) {
  const box = useRef<HTMLElement>(null);
  const handle = useRef<ChartHandle<Data> | null>(null);
  useEffect(() => {
    handle.current = chart(box.current!, data, {
      ...options,
      copy: async (text) => tell({ type: 'copy', text }),
      save: (fileName, text) => tell({ type: 'save', fileName, text }),
    });
    return () => handle.current?.destroy();
  }, [chart]);
  useEffect(() => handle.current?.update(data), [data]);
  return <section class="card" ref={box} />;
}
