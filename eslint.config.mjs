import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.vscode-test/', 'media/', 'out/'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['scripts/**', 'bench/**', 'test/**', 'src/cli/**'], rules: { 'no-console': 'off' } },
  {
    // The toolkit is archived; one folder imports it, so that its successor can take its place in one commit.
    files: ['src/**'],
    ignores: ['src/webview/ui/**'],
    rules: { 'no-restricted-imports': ['error', { paths: ['@vscode/webview-ui-toolkit'] }] },
  },
);
