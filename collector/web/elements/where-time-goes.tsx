// The icicle of a function or an endpoint.

import { type IcicleNode, icicle, type Tone } from '@prodlens/charts';
import type { CallTreeNode } from '@prodlens/protocol';
import { useMemo } from 'preact/hooks';
import { go } from '../state/address.js';
import { useAnswer } from '../state/fresh-answers.js';
import { query } from '../state/requests.js';
import { useView } from '../state/view.js';
import { ChartBox } from './chart.js';
import { Card } from './page.js';
import { Answered } from './states.js';

const EVERY_MS = 15_000;

export function WhereTimeGoes({
  of,
  id,
  environment,
}: {
  of: 'functions' | 'endpoints';
  id: string;
  environment: string;
}) {
  const { window } = useView();
  const answer = useAnswer<{ tree: CallTreeNode | null }>(
    `${of}/${encodeURIComponent(id)}/tree${query({ environment, window })}`,
    EVERY_MS,
  );
  return (
    <Card>
      <Answered of={answer}>{({ tree }) => <Tree tree={tree} root={id} environment={environment} />}</Answered>
    </Card>
  );
}

function Tree({ tree, root, environment }: { tree: CallTreeNode | null; root: string; environment: string }) {
  const { to, window } = useView();
  const data = useMemo(
    () => tree && nodeOf(tree, root, (id) => to('functions', id, { environment })),
    [tree, environment, window],
  );
  return <ChartBox chart={icicle} data={data} options={{ title: 'Where the time goes', open: go }} />;
}

/** What a node stands for opens under its link. */
function nodeOf(node: CallTreeNode, root: string, linkOf: (id: string) => string): IcicleNode {
  const { id, name, file, line, package: owner, totalNs, children } = node;
  const tone: Tone = owner === null ? 'own' : 'packages';
  return {
    ...{ name, totalNs, tone, children: children.map((child) => nodeOf(child, root, linkOf)) },
    detail: file === '' ? '' : `${owner === null ? '' : `${owner}: `}${file}:${line}`,
    ...(id !== root && { id: linkOf(id) }),
  };
}
