/** The direction of imports: extension → source, shared; webview → shared; cli → engine, source, shared; engine → source, shared. */
const may = (from, to) => ({
  name: `${from}-imports-${to.join('-or-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [`^src/${from}/`, ...to.map((folder) => `^src/${folder}/`)] },
});

module.exports = {
  forbidden: [
    may('shared', []),
    may('source', ['shared']),
    may('engine', ['source', 'shared']),
    may('webview', ['shared']),
    may('extension', ['source', 'shared']),
    may('cli', ['engine', 'source', 'shared']),
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'vscode-only-in-extension',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/extension/' },
      to: { path: '^vscode$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
