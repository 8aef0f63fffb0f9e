import js from '@eslint/js';
import { configs as lit } from 'eslint-plugin-lit';
import { configs as wc } from 'eslint-plugin-wc';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { boundaries } from './scripts/boundaries.js';

export default defineConfig(
  { ignores: ['dist/', 'dist-demo/', 'coverage/', 'node_modules/', '**/*.generated.ts', 'examples/*/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'bin/*.js', 'scripts/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'prefer-const': 'error',
    },
  },
  { ...lit['flat/recommended'], files: ['src/**/*.ts', 'demo/page/**/*.ts'] },
  { ...wc['flat/best-practice'], files: ['src/**/*.ts', 'demo/page/**/*.ts'] },
  {
    files: ['src/**/*.ts', 'demo/page/**/*.ts'],
    rules: {
      // Elements are registered by name in `static define` and in index.ts, never beside the class.
      'wc/define-tag-after-class-definition': 'off',
      'wc/file-name-matches-element': 'off',
    },
  },
  {
    files: [
      'test/**/*.ts',
      'demo/**/*.ts',
      'examples/**/*.ts',
      'scripts/**/*.ts',
      'bench/**/*.ts',
      'bin/*.js',
      '*.config.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            // Declared with a Promise by @open-wc/semantic-dom-diff, wrongly.
            { from: 'package', package: 'chai', name: ['Equal'] },
            { from: 'package', package: '@open-wc/semantic-dom-diff', name: ['Equal'] },
            { from: 'package', package: 'node:test', name: ['test', 'it', 'suite', 'describe'] },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A fixture implements an interface whose methods are asynchronous.
      '@typescript-eslint/require-await': 'off',
      // chai's assertions are property reads.
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  // Their types come from packages that only the benchmarks install; bench/tsconfig.json checks them there.
  { files: ['bench/peers/*.ts'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['bin/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
  ...boundaries,
);
