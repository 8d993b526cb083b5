/** The shells that a completion script is written for. */
export const shells = ['bash', 'zsh', 'fish'] as const

/** Scripts that ask the program itself what may come next. */
export const completionScripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `# claviger completion bash >> ~/.bashrc
_claviger() {
  local IFS=$'\\n'
  COMPREPLY=($(claviger __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi
}
complete -F _claviger claviger`,
  zsh: `#compdef claviger
# claviger completion zsh > a file named _claviger in a folder of $fpath
_claviger() {
  local -a found
  found=("\${(@f)$(claviger __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if (( \${#found} > 0 )) && [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _claviger claviger`,
  fish: `# claviger completion fish > ~/.config/fish/completions/claviger.fish
function __claviger_complete
  set -l words (commandline --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
  claviger __complete -- $words[2..-1] 2>/dev/null
end
complete --command claviger --arguments '(__claviger_complete)'`,
}
