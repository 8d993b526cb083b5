import { readFileSync, writeFileSync } from 'node:fs'
import { goalRow } from './goals.mjs'
import { markdownSection, markdownTable } from './report.mjs'

const pages = ['../../docs/performance.md', '../GOALS.md'].map((page) => new URL(page, import.meta.url))

/**
 * Writes measured tables between the markers of docs/performance.md and GOALS.md; tables that this run did not measure
 * stay. Goals and machine are written by a whole run only.
 */
export function writeDocument(results, isWhole) {
  const { goals, machine, ...scenarios } = sectionsOf(results)
  const sections = isWhole ? { goals, machine, ...scenarios } : scenarios
  for (const page of pages) writeFileSync(page, filled(readFileSync(page, 'utf8'), sections))
}

/** Puts each section between `<!-- bench: name -->` and `<!-- /bench -->`. */
export function filled(text, sections) {
  return text.replaceAll(/(<!-- bench: (\S+) -->\n)([\s\S]*?)(<!-- \/bench -->)/g, (whole, open, name, _, close) =>
    sections[name] === undefined ? whole : `${open}\n${sections[name]}\n${close}`,
  )
}

function sectionsOf({ machine, size, scenarios }) {
  const { cpu, cores, node, at, commit } = machine
  const goals = Object.values(scenarios).flatMap((scenario) => scenario.goals)
  const columns = ['', 'goal', 'limit', 'measured', '']
  return {
    machine: `${node}, ${cores} cores of ${cpu}, ${at.slice(0, 10)}, commit ${commit}, size \`${size}\`.\n`,
    goals: markdownTable({ columns, rows: goals.map(goalRow) }),
    ...Object.fromEntries(Object.entries(scenarios).map(([name, scenario]) => [name, markdownSection(scenario)])),
  }
}
