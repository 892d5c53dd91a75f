import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const houseNumbers = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true, IIFEs: true }],
  // Three, four where it must be, and then an object of options.
  'max-params': ['error', 4],
  eqeqeq: 'error',
  'no-console': 'error',
}

export default tseslint.config(
  {
    ignores: [
      'dist',
      '**/out',
      '**/.next',
      '**/node_modules',
      'public',
      '**/next-env.d.ts',
      'models/**',
      'e2e/.output',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      ...houseNumbers,
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // What only the types tell: promises that nobody waits for, and cases that nobody thought of.
    files: ['app/**/*.{ts,tsx}', 'components/**/*.{ts,tsx}', 'lib/**/*.ts', 'server/**/*.ts', 'e2e/**/*.ts'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.test.json', './tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // Components read as one tree; their markup may be longer than a function of logic.
    files: ['components/**/*.tsx', 'app/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // A describe() block is a list, not a function anyone has to follow.
    files: ['**/*.test.ts', '**/*.contract.ts', 'e2e/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  { files: ['lib/embed/element.ts'], rules: { 'no-console': ['error', { allow: ['warn'] }] } },
  { files: ['server/bench/**/*.ts', 'server/bin/*.mjs', 'e2e/**'], rules: { 'no-console': 'off' } },
)
