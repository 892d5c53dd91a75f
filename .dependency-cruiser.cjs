// The floors of docs/architecture.md. A file imports only from floors below it; outside packages have one owner each.
const onlyFrom = (name, packagePattern, allowed) => ({
  name,
  severity: 'error',
  comment: `${packagePattern} is imported by ${allowed} alone, so that it can be replaced in one place`,
  from: {
    path: '^(app|components|lib|server|e2e)/',
    pathNot: [allowed, '\\.(test|contract)\\.tsx?$', '^e2e/', '/testing/'],
  },
  to: { path: `node_modules/${packagePattern}/` },
})
const never = (name, from, to, extra = {}) => ({
  name,
  severity: 'error',
  from: { path: from, ...extra },
  to: { path: to },
})
/** A folder of the server sees itself, the folders named, and lib. */
const onlyBelow = (name, folder, below) => ({
  name,
  severity: 'error',
  from: { path: `^server/${folder}/`, ...tests },
  to: { path: '^server/', pathNot: `^server/(${[folder, ...below].join('|')})/` },
})
const tests = { pathNot: ['\\.test\\.tsx?$', '\\.contract\\.ts$', '/testing/'] }

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: { pathNot: '^server/bin/' },
      to: { couldNotResolve: true },
    },
    never(
      'floor-0-stays-below',
      '^lib/(std|flow|lcm|protocol|benchmark)/',
      '^(server|app|components|lib/client|lib/embed)/',
      tests,
    ),
    never('std-imports-nothing', '^lib/std/', '^lib/(flow|lcm|protocol)/', tests),
    never('lcm-imports-only-std', '^lib/lcm/', '^lib/(flow|protocol)/', tests),
    never('flow-imports-only-std', '^lib/flow/', '^lib/(lcm|protocol)/', tests),
    never('protocol-imports-only-std', '^lib/protocol/', '^lib/(flow|lcm)/', tests),
    never('benchmark-imports-protocol-and-std', '^lib/benchmark/', '^lib/(lcm|flow)/', tests),
    never('nothing-below-knows-the-benchmark', '^lib/(std|flow|lcm|protocol)/', '^lib/benchmark/', tests),
    {
      name: 'lcm-and-flow-are-pure',
      severity: 'error',
      from: { path: '^lib/(lcm|flow|std)/', ...tests },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    {
      name: 'protocol-has-no-node',
      severity: 'error',
      from: { path: '^lib/(protocol|client|benchmark|embed)/', ...tests },
      to: { dependencyTypes: ['core'] },
    },
    never(
      'client-has-no-react',
      '^lib/(client|embed)/',
      'node_modules/(react|react-dom|tldraw|next)/',
      tests,
    ),
    never('browser-never-imports-server', '^(app|components|lib/client|lib/embed)/', '^server/', tests),
    never('server-never-imports-browser', '^server/', '^(app|components|lib/client|lib/embed)/', tests),
    never('client-knows-no-page', '^lib/(client|embed)/', '^(components|app)/', tests),
    // The element runs in other people's pages: it carries the messages, not the client.
    never('element-carries-no-client', '^lib/embed/', '^lib/client/', tests),
    never('client-knows-no-element', '^lib/client/', '^lib/embed/', tests),
    never('components-know-no-route', '^components/', '^app/', tests),
    // What is needed is imported from the file that owns it; lib/client's and lib/embed's are entries of the package.
    never('no-barrels', '', '^(components|server|lib/(std|flow|lcm|protocol|benchmark)).*/index\\.tsx?$'),
    never('app-has-no-sockets', '^app/', '^lib/client/'),
    onlyBelow('engine-knows-no-session', 'engine', []),
    onlyBelow('auth-knows-no-session', 'auth', []),
    {
      name: 'models-cli-knows-models-only',
      severity: 'error',
      from: { path: '^server/models-cli/', ...tests },
      to: { path: '^server/', pathNot: '^server/(models-cli/|models/|engine/|config\\.ts)' },
    },
    never(
      'models-cli-is-a-program',
      '^(app|components|lib|server/(engine|models|session|compat|gateway|bench))/',
      '^server/models-cli/',
    ),
    onlyBelow('models-know-engines', 'models', ['engine']),
    onlyBelow('session-knows-no-wire', 'session', ['engine']),
    {
      name: 'session-knows-engine-as-a-type',
      severity: 'error',
      from: { path: '^server/session/', ...tests },
      to: { path: '^server/engine/', pathNot: '^server/engine/engine\\.ts$' },
    },
    onlyBelow('compat-translates-only', 'compat', ['session']),
    never('nothing-ships-test-tools', '^(app|components|lib|server)/', '/testing/', {
      pathNot: [...tests.pathNot, '^server/bench/'],
    }),
    onlyFrom('one-owner-onnxruntime', 'onnxruntime-node', '^server/engine/onnx/runtime\\.ts$'),
    onlyFrom('one-owner-sharp', 'sharp', '^server/engine/codec\\.ts$'),
    onlyFrom('one-owner-uws', '(uWebSockets\\.js|uwebsockets)', '^server/gateway/uws(-reply-stream)?\\.ts$'),
    onlyFrom('one-owner-msgpack', '@msgpack', '^server/compat/(fal-realtime|sdxl-websocket)\\.ts$'),
    onlyFrom('one-owner-uplot', 'uplot', '^components/benchmark/chart\\.tsx$'),
    onlyFrom('one-owner-jose', 'jose', '^server/auth/tokens\\.ts$'),
    onlyFrom('one-owner-undici', 'undici', '^server/(gateway/outside|models-cli/hub)\\.ts$'),
    // Its types too are named where both canvases meet at most: not in the one that takes its place.
    onlyFrom('one-owner-tldraw', '@?tldraw', '^components/canvas/(tldraw/|[^/]+$)'),
    {
      name: 'tldraw-runs-in-its-folder',
      severity: 'error',
      from: { path: '^components/', pathNot: ['^components/canvas/tldraw/', '\\.test\\.tsx?$'] },
      to: { path: 'node_modules/@?tldraw/', dependencyTypesNot: ['type-only'] },
    },
    never('plain-canvas-knows-no-tldraw', '^components/canvas/plain/', '^components/canvas/tldraw', tests),
    // It is most of a page's bytes, and the plain canvas is shown without it.
    {
      name: 'tldraw-is-loaded-late',
      severity: 'error',
      from: {
        path: '^components/',
        pathNot: ['^components/canvas/(tldraw/|load-tldraw\\.ts$)', '\\.test\\.tsx?$'],
      },
      to: { path: '^components/canvas/tldraw/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.iso.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
}
