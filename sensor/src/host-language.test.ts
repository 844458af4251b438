// What the language lets a program see of its own functions: each line of these programs prints something that text
// inserted into the wrong place, or run at the wrong time, would change.

import { after, test } from 'node:test';
import { Programs } from './testing/side-by-side.js';

const programs = new Programs();
after(() => programs.remove());

const SUBJECTS: Record<string, string> = {
  'length, name, own keys and descriptors': `
    const all = { f(a, b = 1, ...c) { return say(a) }, async g({ a }, [b]) { await say(b) }, *h() { yield say(1) }, get x() { return say(1) },
      ['com' + 'puted'](a) { return say(a) }, arrow: (a, b) => say(a), anonymous: function () { return say(1) }, k: class { static m(a) { say(a) } } };
    for (const [key, d] of Object.entries(Object.getOwnPropertyDescriptors(all))) for (const f of [d.value, d.get].filter(Boolean))
      say(key, f.name, f.length, Reflect.ownKeys(f), Object.getOwnPropertyDescriptors(f), Object.getPrototypeOf(f) === Function.prototype);
    let named = () => say(1), [x = () => say(2)] = []; say(named.name, x.name, (() => say(1)).name, (0, function () { say(1) }).name)`,
  'this, strict and sloppy': `
    function sloppy() { say(typeof this, this === globalThis); return this } function strict() { 'use strict'; say(typeof this, this); return this }
    sloppy(); strict(); sloppy.call(5); strict.call(5); new sloppy(); const { call } = { call() { return [1].map(sloppy)[0] === globalThis } }; say(call());
    const arrow = () => { say(this === module.exports); return this }; arrow.call(1); function returns() { return { own: say(1) } } say(new returns());
    function primitive() { this.a = 1; return say(5) } say(new primitive()); function undeclared() { leaked = say(1) } undeclared(); say(typeof leaked);
    function directives() { "not one"; 'use strict'; try { undeclared2 = 1 } catch (e) { say(e.message) } } directives()`,
  'arguments, caller and callee': `
    function f(a, b) { arguments[0] = 7; b = 8; say(a, [...arguments], arguments.length, arguments.callee === f); return f.caller === g } function g() { return f(1, 2) } say(g());
    function strict(a) { 'use strict'; arguments[0] = 7; say(a); try { say(arguments.callee) } catch (e) { say(e.message) } } strict(1);
    function defaults(a, b = a) { arguments[0] = 9; say(a, b, arguments.length) } defaults(1); say(f.arguments, f.caller, Object.keys(f));
    const arrow = (function () { return () => say(arguments[0]) })(3); arrow(4); function shadowed(arguments) { say(arguments) } shadowed(1);
    function local() { var arguments; say(typeof arguments); var arguments = 1; say(arguments) } local()`,
  'new.target, super and derived constructors': `
    function F() { say(new.target === F, new.target === undefined) } F(); new F(); Reflect.construct(F, [], Array);
    class A { constructor(x) { this.x = say(x) } m() { return say('A.m') } get y() { return say('A.y') } static s() { return say('A.s', this.name) } }
    class B extends A { constructor() { const before = () => { try { this } catch (e) { say(e.message) } }; before(); super(say(1)); before() } m() { return super.m() + 'B' } get y() { return super.y } static s() { return super.s() } }
    const b = new B(); say(b.m(), b.y, B.s(), b instanceof A); class C extends A { constructor() { return { not: say(this === undefined) } } }
    try { new C() } catch (e) { say(e.name, e.message) } class D extends A { constructor() { super(1); return undefined } } say(new D());
    class E extends A { constructor() { super(2); return 5 } } try { new E() } catch (e) { say(e.message) } try { A() } catch (e) { say(e.message) }
    class N extends null { constructor() { return Object.create(N.prototype) } } say(new N() instanceof N); const o = { __proto__: { m() { return say('p') } }, m() { return super.m() } }; o.m()`,
  'private names, fields, accessors and static blocks': `
    class A { #p = say('field'); static #q = say('static'); #m() { return say(this.#p) } get #g() { return this.#m() } set #g(v) { say(v) } static has(o) { return #p in o }
      run() { this.#g = 3; return this.#g } f = () => this.#p; ['x' + say(1)] = say(2); static { say(this.#q, new.target) } static async #n() { await 1; return say(5) } static n() { return this.#n() } }
    const a = new A(); say(a.run(), a.f(), A.has(a), A.has({}), Object.keys(a)); try { A.prototype.run.call({}) } catch (e) { say(e.message) } A.n();
    const o = { get x() { return say('get') }, set x(v) { say('set', v) }, get ['y']() { return say('y') } }; o.x = o.x + o.y; say(Object.getOwnPropertyDescriptor(o, 'x'))`,
  'hoisting, blocks and shadowing': `
    say(typeof hoisted, hoisted()); function hoisted() { return say(typeof inner, typeof block); { function block() { return 1 } } function inner() {} }
    function twice() { function a() { return 1 } function a() { return say(2) } return a() } twice(); function asVar(x) { var x; function x() { return 1 } say(typeof x) } asVar(3);
    function annexB() { say(typeof late); if (1) { function late() { return say(1) } } return late() } annexB(); function tdz() { try { later } catch (e) { say(e.message) } let later = say(1); return later } tdz();
    switch (1) { case 0: let z; case 1: try { z } catch (e) { say(e.message) } } function lets() { let twice = 1; { let twice = 2; say(twice) } say(twice) } lets();
    label: function labelled() { return say(1) } labelled(); const fe = function me() { try { me = 1 } catch (e) { say(e.message) } return typeof me }; say(fe())`,
  'direct eval, default parameters and with': `
    function locals(a) { var b = 2; let c = 3; say(eval('a + b + c'), eval('typeof d')); eval('var d = 4'); say(typeof d); return eval('(() => say(a, b, c, d))')() } locals(1);
    function scope(a, f = () => a, g = () => { a = 5 }) { var a; say(a, f()); g(); say(a, f()); a = 6; say(f()) } scope(1); function names() { return eval('Object.keys(this === globalThis ? {} : this)') } say(names.call({ own: 1 }));
    function order(a = say('a'), { b = say('b') } = {}, [c = say('c')] = []) { say('body') } order(); try { order(1, null) } catch (e) { say(e.message) }
    function* generator(a = say('early')) { say('late'); yield 1 } const g = generator(); g.next(); async function rejects(a = (() => { throw new Error('early') })()) { say('never') } rejects().catch((e) => say(e.message));
    with ({ inside: 1, say }) { var f = function () { return say(inside) }; f(); (() => say(inside))() } new Function('say', 'return say(1)')(say); (0, eval)('typeof locals')`,
  'break, continue and return through finally': `
    function f() { try { return say('try') } finally { say('finally') } } say(f()); function g() { try { return say(1) } finally { return say(2) } } say(g());
    function h() { for (const x of [1, 2, 3]) { try { if (x === 1) continue; if (x === 2) break; say(x) } finally { say('f', x) } } return say('end') } h();
    function l() { outer: for (;;) { for (;;) { try { break outer } finally { say('out') } } } inner: { try { break inner } finally { say('in') } say('no') } return say('l') } l();
    function t() { try { throw say('x') } catch { return say('c') } finally { say('f') } } say(t()); function o() { l: try { return say('r') } finally { break l } return say('after') } say(o());
    function n() { try { try { throw new Error(say('a')) } finally { say('b') } } catch (e) { return say(e.message) } } n(); const arrow = (x) => { if (x) return; return say('none') }; say(arrow(1), arrow(0));
    function asi() { return
      say('never') } say(asi()); function object() { return { a: say(1) } } say(object()); function comma() { return say(1), say(2) } say(comma()); var s = (function () { return /re/g.test('re') ? say('y') : 0 })()`,
  'generators: next, return and throw': `
    function* g() { try { const x = yield say(1); say('got', x); yield say(2); return say('done') } finally { say('cleanup'); yield say('late') } }
    let i = g(); say(i.next(), i.next('a'), i.next(), i.next(), i.next()); i = g(); i.next(); say(i.return('r'), i.next(), i.next()); i = g(); i.next(); try { say(i.throw(new Error('t'))); i.next() } catch (e) { say(e.message) }
    i = g(); say(i.return(5)); function* d() { const r = yield* g(); say(r); return yield* [3, 4] } say([...d()]); for (const x of g()) { say(x); break } const [first] = g(); say(first);
    function* self() { try { i2.next() } catch (e) { say(e.message) } yield 1 } const i2 = self(); i2.next(); say(Object.prototype.toString.call(i2), g.prototype !== d.prototype, i2 instanceof self);
    async function* ag() { try { say(await (yield say(1))); yield* [say(2)] } finally { await null; say('ag end') } } (async () => { const a = ag(); say(await a.next()); say(await a.next(Promise.resolve('v'))); say(await a.return(Promise.resolve('ret')));
      for await (const x of ag()) { say(x); break } const q = ag(); say(await Promise.all([q.next(), q.next(), q.next()])); try { await ag().throw(new Error('early')) } catch (e) { say(e.message) } })()`,
  'deep recursion ends in a RangeError that is caught': `
    const depth = (f) => { try { f(0); return 'no end' } catch (e) { return e instanceof RangeError && e.message } };
    say(depth(function f(n) { return f(n + 1) + 1 }), depth((function () { const g = (n) => g(n + 1) + say.length; return g })()), depth(function h(n) { try { return h(n + 1) } finally { n++ } }));
    function even(n) { return n === 0 ? true : odd(n - 1) } function odd(n) { return n === 0 ? false : even(n - 1) } say(even(3000)); class A { get x() { return this.x } } say(depth(() => new A().x));
    say(depth(() => JSON.stringify({ toJSON() { return JSON.stringify(this) } }))); function* g() { yield* g() } say(depth(() => g().next()))`,
  'values that are returned or awaited in odd ways': `
    const thenable = { then(resolve) { say('then'); resolve(say('value')) } }; (async () => { say(await thenable); say(await (async () => thenable)()); say(await { then: 5 }) })();
    const p = Promise.resolve(1); async function same() { return p } say(same() === p); function sync() { return p } say(sync() === p); Object.defineProperty(Promise.prototype, 'probe', { get() { say('probed') } });
    class Mine extends Promise {} (async () => { say(await Mine.resolve(3), Mine.resolve(1).then((x) => x) instanceof Mine) })(); const f = async () => () => say(1); f().then((g) => say(g.name, g()));
    const { a = (() => say('default'))() } = {}; const h = (x) => x?.y?.(say(1)) ?? say('nullish'); h(); h({ y: (v) => v }); const tag = (s, ...v) => say(s.raw, s === tag.last, (tag.last = s), v); const tagged = (x) => tag\`a\${x}b\`; tagged(1); tagged(2);
    const del = (o) => delete o.x; say(del({ x: 1 })); const type = () => typeof nowhere; say(type()); const vo = () => void say(0); say(vo()); const seq = (x) => (say(x), x + 1); say(seq(1)); say((() => ({}))(), (() => [])(), (async () => {})())`,
};

for (const [title, source] of Object.entries(SUBJECTS)) {
  test(title, () => {
    const say = 'function say(...all) { console.log(...all); return all[0] }';
    programs.checkSame('program.cjs', `${say}\n${source.replaceAll('\n    ', '\n')}`);
  });
}

/** Every way in which a result can come later, many at once: the order in which they come is the output. */
const INTERLEAVED = `
const order = []; const say = (x) => { order.push(x); return x };
const tick = async (name, n) => { for (let i = 0; i < n; i++) { say(name + i); await i } return name };
async function returnsPromise(n) { try { return tick('p' + n, 2) } finally { say('fp' + n) } }
async function returnsAwaited(n) { try { return await tick('a' + n, 2) } catch { return say('no') } }
const arrowReturns = async (n) => tick('r' + n, 3);
async function throwsLate(n) { await null; throw say('t' + n) }
async function nothing() {} async function value() { return 1 } async function awaitsNothing() { await nothing(); say('nothing') }
async function* numbers(n) { for (let i = 0; i < 3; i++) { yield say('g' + n + i); await null } return say('gr' + n) }
async function* delegates(n) { yield* numbers(n); yield tick('y' + n, 1); return tick('z' + n, 1) }
async function iterates(n) { for await (const x of delegates(n)) say('i' + x); for await (const x of [tick('s' + n, 1), nothing()]) say('l' + x) }
class A { async m(n) { return this.#q(n) } async #q(n) { await this.later; return say('q' + n) } get later() { return tick('later', 1) } static async s(n) { return (await new A().m(n)) + say('static' + n) } }
const thenable = (n) => ({ then(f) { say('then' + n); f(say('th' + n)) } });
async function awaitsThenable(n) { say(await thenable(n)); return thenable(n) }
async function nested(n) { return (async () => { return (async () => say('deep' + n))() })() }
async function defaults(n, x = say('d' + n)) { await 0; return say(x) }
const all = [returnsPromise, returnsAwaited, arrowReturns, throwsLate, awaitsNothing, iterates, A.s, awaitsThenable, nested, defaults];
for (let round = 0; round < 3; round++) for (const f of all) {
  f(round).then((x) => say('ok' + f.name + x), (e) => say('no' + f.name + e)).finally(() => say('fin' + f.name));
  if (round === 1) process.nextTick(() => say('tick' + f.name)); if (round === 2) queueMicrotask(() => say('micro' + f.name)); setImmediate(() => f('im' + round).catch(() => {}));
}
setImmediate(() => setImmediate(() => Promise.allSettled(all.map((f, i) => f(i))).then((r) => say(JSON.stringify(r)))));
process.on('exit', () => { console.log(order.length, order.join(' ')) });
`;

test('the order of many promises, ticks, thenables and iterations', () => {
  programs.checkSame('order.cjs', INTERLEAVED);
  programs.checkSame('order.mjs', INTERLEAVED);
});
