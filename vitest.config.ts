import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// `.ci/run` asks for the real counts as JSON.
const json = process.env.VITEST_JSON

/** What asserts times, and what builds or loads the machine for all others, has its cores to itself. */
const TIMED = [
  'server/a1111-interrupt.integration.test.ts',
  'server/bench/**/*.integration.test.ts',
  'server/bin/package.integration.test.ts',
  'server/engine/local-engine.integration.test.ts',
  'server/fal-realtime.integration.test.ts',
]

// Vitest leaves one core to itself; of two that is half.
const workers = Math.max(2, availableParallelism() - 1)

const unit = {
  exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
  environment: 'node' as const,
  // Seconds are no failure on a loaded machine; a test that hangs still ends.
  testTimeout: 30_000,
}

const integration = {
  environment: 'node' as const,
  globalSetup: ['server/engine/testing/build-server.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Of `expect.poll`: a loaded machine is no failure.
  expect: { poll: { timeout: 15_000 } },
  pool: 'forks' as const,
  // The processes stay; the modules of a file, counted or stood in for, are its own.
  poolOptions: { forks: { isolate: true } },
}

export default defineConfig({
  test: {
    reporters: json ? ['default', ['json', { outputFile: json }]] : ['default'],
    poolOptions: {
      // A process for each file costs three times what the tests do.
      forks: { isolate: false, maxForks: workers },
      threads: { isolate: true, maxThreads: workers },
    },
    projects: [
      {
        test: {
          ...unit,
          name: 'unit',
          include: ['lib/{std,flow,lcm,protocol,benchmark}/**/*.test.ts', 'server/**/*.test.ts'],
          pool: 'forks',
        },
      },
      {
        test: {
          ...unit,
          name: 'unit-page',
          include: ['lib/{client,embed}/**/*.test.ts', 'components/**/*.test.ts'],
          // They stand in for the globals of a browser, each for those it needs.
          pool: 'threads',
        },
      },
      {
        test: {
          ...integration,
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', ...TIMED],
        },
      },
      {
        test: {
          ...integration,
          name: 'integration-timed',
          include: TIMED,
          // After the others, and one file at a time.
          poolOptions: { forks: { singleFork: true, isolate: true } },
        },
      },
    ],
  },
})
