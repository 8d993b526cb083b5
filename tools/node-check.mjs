/**
 * The lines that stand first in every entry point: on a Node that is too old, loading ends with one sentence about it, and
 * nothing else is loaded that such a Node could not read. They are ECMAScript 5, since a Node without newer syntax must
 * read them. Bun and Deno only imitate a version of Node, and are let through.
 *
 * @param {string} range such as `>=20.19 <21 || >=22.12`
 */
export function nodeCheck(range) {
  const lines = range.split('||').map((line) => {
    const [, major, minor] = /^\s*>=(\d+)\.(\d+)/.exec(line) ?? []
    if (major === undefined) throw new Error(`The range of Node versions has an unknown form: ${range}`)
    return { least: `${major}.${minor}`, until: /<(\d+)/.exec(line)?.[1], major, minor }
  })
  const tests = lines.map(({ major, minor, until }) =>
    until === undefined
      ? `(v[0] === ${major} && v[1] >= ${minor}) || v[0] > ${major}`
      : `(v[0] === ${major} && v[1] >= ${minor})${Number(until) > Number(major) + 1 ? ` || (v[0] > ${major} && v[0] < ${until})` : ''}`,
  )
  const wanted = lines.map(({ least, until }) => (until === undefined ? `${least} or later` : least)).join(', or ')
  return [
    '(function (versions) {',
    '\tif (!versions || !versions.node || versions.bun || versions.deno) return;',
    "\tvar v = versions.node.split('.').map(Number);",
    `\tif (${tests.join(' || ')}) return;`,
    `\tthrow new Error('Claviger needs Node ${wanted}; this is v' + versions.node + '.');`,
    "})(typeof process === 'object' && process.versions);",
    '',
  ].join('\n')
}
