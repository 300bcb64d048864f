// Lint of what is TypeScript or JavaScript. assembly/ is AssemblyScript: its compiler is the judge there,
// and test/tidy.test.ts bans what a deterministic core must not call.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const CLOCKS_AND_CHANCE = [
  { object: 'Math', property: 'random', message: 'Results depend on the seed alone: use a seeded stream.' },
  {
    object: 'Date',
    property: 'now',
    message: 'Wall time must not reach results; the command line may measure itself.',
  },
];

export default tseslint.config(
  { ignores: ['node_modules/', 'build/', 'dist/', 'coverage/', 'src/generated/', 'assembly/', 'bench/native/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/require-await': 'off', // a function may be async because its interface is
      eqeqeq: 'error',
      'no-restricted-properties': ['error', ...CLOCKS_AND_CHANCE],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off', // JSON documents are looked into as they come
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        TextEncoder: 'readonly',
        TextDecoder: 'readonly',
        WebAssembly: 'readonly',
      },
    },
    rules: { eqeqeq: 'error', 'no-restricted-properties': ['error', CLOCKS_AND_CHANCE[0]] },
  },
);
