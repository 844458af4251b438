import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import inspector from 'node:inspector';
import { test } from 'node:test';
import type { CpuProfile } from '../report/cpu-profile.js';
import { startCpuProfiler } from './cpu-profiler.js';

const DEADLINE_MS = 60_000;

test('gives the profile of each window, and none after the end', () => {
  const profiler = startCpuProfiler('on', 1_000);
  assert.equal(profiler.take(), null, 'the first window is not profiled');
  const windows = [1, 2, 3].map(() => untilSampled(() => profiler.take()));
  profiler.stop();
  assert.equal(profiler.take(), null);
  assert.ok(windows.every((profile) => profile.cpuMs! >= 0));
});

/** Works until a window's profile shows it. */
function untilSampled(take: () => string | null): CpuProfile {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; ) {
    for (const end = Date.now() + 30; Date.now() < end; );
    const text = take();
    assert.ok(text !== null);
    const profile = JSON.parse(text) as CpuProfile;
    if (showsThisFile(profile)) return profile;
  }
  throw new Error('in no profile');
}

/** Not by function: V8 gives what it has inlined before it was profiled to the caller. */
function showsThisFile({ nodes }: CpuProfile): boolean {
  return nodes.some(({ callFrame, hitCount }) => callFrame.url === import.meta.url && hitCount !== 0);
}

test('leaves the profile that the program itself takes alone', () => {
  const own = new inspector.Session();
  own.connect();
  own.post('Profiler.enable');
  const profiler = startCpuProfiler('on', 1_000);
  profiler.take();
  let isShown = false;
  for (const deadline = Date.now() + DEADLINE_MS; !isShown && Date.now() < deadline; ) {
    own.post('Profiler.start');
    untilSampled(() => profiler.take());
    own.post('Profiler.stop', (_, { profile }) => {
      isShown = showsThisFile(profile);
    });
  }
  own.disconnect();
  untilSampled(() => profiler.take());
  profiler.stop();
  assert.ok(isShown);
});

test('does nothing when it is off', () => {
  const profiler = startCpuProfiler('off');
  assert.deepEqual([profiler.take(), profiler.take()], [null, null]);
  profiler.stop();
});

/** Runs a program that takes three windows and says what it got; then it ends as it does without the profiler. */
function run(flags: string[], end: string, env: Record<string, string> = {}) {
  const program = `
    import { startCpuProfiler } from ${JSON.stringify(new URL('./cpu-profiler.js', import.meta.url).href)};
    const profiler = startCpuProfiler('auto', 1000);
    console.log([1, 2, 3].map(() => profiler.take() !== null).join());
    ${end}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: DEADLINE_MS,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  return { stdout: stdout.trim(), stderr, status };
}

test('changes nothing of how a program ends', () => {
  const profiled = { stdout: 'false,true,true', stderr: '' };
  assert.deepEqual(run([], ''), { ...profiled, status: 0 });
  assert.deepEqual(run([], 'process.exit(3)'), { ...profiled, status: 3 });
  const threw = run([], "throw new Error('x')");
  assert.deepEqual([threw.stdout, threw.status], [profiled.stdout, 1]);
  assert.doesNotMatch(threw.stderr, /debugger/);
});

test('stands back where a debugger or one of Node’s own profiles would show it', () => {
  assert.equal(run(['--inspect=127.0.0.1:0'], '').stdout, 'false,false,false');
  const own = run(['--cpu-prof', '--cpu-prof-dir', '/dev/null/none'], '');
  assert.equal(own.stdout, 'false,false,false');
  assert.doesNotMatch(own.stderr, /Profiler/);
});
