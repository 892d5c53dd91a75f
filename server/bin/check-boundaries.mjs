// Boundaries that imports do not show: who reads the environment, and who may silence the tools.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /^(app|components|lib|server)\//.test(file) && existsSync(file))

/** The first reads the environment; the others set what a library or its loader reads there. */
const WITH_ENVIRONMENT = [
  'server/config.ts',
  'server/engine/cuda-folder.ts',
  'server/engine/onnx/no-telemetry.ts',
  'server/gateway/uws-head-limit.ts',
]

const rules = [
  {
    name: `the environment is touched in ${WITH_ENVIRONMENT.join(', ')} alone`,
    pattern: /process\.env\b(?!\.(NODE_ENV|NEXT_PUBLIC_\w+))|from '(node:)?process'/,
    exempt: (file) => WITH_ENVIRONMENT.includes(file) || /\.test\.ts$|\/testing\//.test(file),
  },
  {
    name: 'types are not switched off',
    pattern: /@ts-(ignore|nocheck)|eslint-disable|\bas any\b|: any\b/,
    exempt: () => false,
  },
  {
    name: 'time is passed in on floor 0',
    pattern: /\b(Date\.now|performance\.now|setTimeout|Math\.random)\(/,
    exempt: (file) => !/^lib\/(std|flow|lcm|protocol|benchmark)\//.test(file) || /\.test\.ts$/.test(file),
  },
]

const broken = files.flatMap((file) => {
  const lines = readFileSync(file, 'utf8').split('\n')
  return rules
    .filter((rule) => !rule.exempt(file))
    .flatMap((rule) =>
      lines.flatMap((line, i) =>
        rule.pattern.test(line) ? [`${file}:${i + 1}: ${rule.name}: ${line.trim()}`] : [],
      ),
    )
})

if (broken.length > 0) {
  console.error(broken.join('\n'))
  process.exit(1)
}
console.log(`boundaries hold in ${files.length} files`)
