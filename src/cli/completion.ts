// `fluxhost completion bash|zsh|fish`: a script by which the shell completes commands and their options. Made of the help texts, so that
// it knows what they know.

import { InputError, expectedOneOf, show } from '../input/errors.js';
import { MECHANISM_KINDS } from '../mechanisms/kinds.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

interface Option {
  readonly name: string;
  readonly takesValue: boolean;
  readonly help: string;
}

interface Command {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** What stands for itself; none where files do. */
  readonly words: readonly string[];
}

const spec: CommandSpec = {
  name: 'completion',
  summary: 'Prints the script by which a shell completes commands and options.',
  positionals: ['SHELL'],
  options: {},
  details:
    'bash: add  source <(fluxhost completion bash)  to ~/.bashrc\n' +
    'zsh:  fluxhost completion zsh > "${fpath[1]}/_fluxhost", before compinit\n' +
    'fish: fluxhost completion fish > ~/.config/fish/completions/fluxhost.fish',
  examples: ['fluxhost completion bash'],
};

/** The options of a help text: `  --seed N   seed in place of the scenario's`. */
export function optionsOf(help: string): Option[] {
  return [...help.matchAll(/^ {2}(?:-h, )?--([\w-]+)( [^\s]+)?(?: \.\.\.)? {2,}(.*)$/gm)].map(
    ([, name = '', value, text = '']) => ({ name, takesValue: value !== undefined, help: text }),
  );
}

/** Of a list of experiments as help has it: `  gil   The GIL …`, below it `in parts: gil/laws, gil/controller`. */
function experimentsOf(help: string): string[] {
  const [, list = ''] = /^Experiments:\n((?: +.*\n)+)/m.exec(help) ?? [];
  return list.split('\n').flatMap((line) => /^ {2}([\w-]+) /.exec(line)?.[1] ?? line.match(/[\w-]+\/[\w-]+/g) ?? []);
}

/** What a command takes that is no file: one of what its usage names, or experiments. */
function wordsOf(name: string, help: string, experiments: readonly string[]): readonly string[] {
  if (name === 'reproduce') return experiments;
  if (name === 'explain') return [...experiments, ...MECHANISM_KINDS, 'scenario', 'fleet', 'reserve', 'pages'];
  if (name === spec.name) return Object.keys(SHELLS);
  const [, choice = ''] = /^Usage: .*\[(\w+(?:\|\w+)+)\]$/m.exec(help) ?? [];
  return choice === '' ? [] : choice.split('|');
}

/** An option whose value is a list of mechanisms, apart by commas. */
const MECHANISMS = 'mechanisms';

const flags = ({ options }: Command): string => options.map(({ name }) => `--${name}`).join(' ');

function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const cases = commands.map((command) => `    ${command.name}) words='${flags(command)}' ;;`);
  const own = commands.flatMap(({ name, words }) =>
    words.length === 0 ? [] : `    ${name}) words='${words.join(' ')}' ;;`,
  );
  return `# bash completion of fluxhost; files are completed where neither an option begins nor a name of its own fits
_fluxhost() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names} --help --version' -- "$current"))
    return
  fi
  if [ "\${COMP_WORDS[1]}" = help ]; then
    COMPREPLY=($(compgen -W '${names}' -- "$current"))
    return
  fi
  if [ "\${COMP_WORDS[COMP_CWORD-1]}" = --${MECHANISMS} ]; then
    local before=''
    case "$current" in *,*) before="\${current%,*}," ;; esac
    COMPREPLY=($(compgen -P "$before" -W '${MECHANISM_KINDS.join(' ')}' -- "\${current##*,}"))
    compopt -o nospace 2>/dev/null
    return
  fi
  case "$current" in
  -*) case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac ;;
  *) case "\${COMP_WORDS[1]}" in
${own.join('\n')}
  esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _fluxhost fluxhost
`;
}

/** Text between single quotes, with what zsh's specifications give a meaning taken out of it. */
const zshText = (text: string): string => text.replaceAll(/[[\]:\\]/g, (one) => `\\${one}`).replaceAll("'", `'\\''`);

function zsh(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`);
  const cases = commands.map(({ name, options, words }) => {
    const rest = words.length === 0 ? '*:file:_files' : `*:name:(${words.join(' ')})`;
    const each = options.map((option) => {
      const action = option.name === MECHANISMS ? `_values -s , mechanism ${MECHANISM_KINDS.join(' ')}` : '_files';
      const value = option.takesValue ? `:${option.name}:${action}` : '';
      return `        '*--${option.name}[${zshText(option.help)}]${value}'`;
    });
    return `    ${name})\n      _arguments \\\n${each.join(' \\\n')} \\\n        '${rest}'\n      ;;`;
  });
  return `#compdef fluxhost
_fluxhost() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _fluxhost ]; then _fluxhost "$@"; else compdef _fluxhost fluxhost; fi
`;
}

const fishText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");

const fishValue = ({ name, takesValue }: Option): string =>
  name === MECHANISMS ? " -x -a '(__fluxhost_mechanisms)'" : takesValue ? ' -r' : '';

/** What stands before the last comma stays. */
const FISH_MECHANISMS = `function __fluxhost_mechanisms
    set -l before (commandline -ct | string match -r '.*,')
    for one in ${MECHANISM_KINDS.join(' ')}
        echo "$before"$one
    end
end
`;

function fish(commands: readonly Command[]): string {
  const first = commands.map(
    ({ name, summary }) => `complete -c fluxhost -f -n __fish_use_subcommand -a ${name} -d '${fishText(summary)}'`,
  );
  const rest = commands.flatMap(({ name, options }) =>
    options.map(
      (option) =>
        `complete -c fluxhost -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${fishValue(option)} -d '${fishText(option.help)}'`,
    ),
  );
  const own = commands.flatMap(({ name, words }) =>
    words.length === 0
      ? []
      : `complete -c fluxhost -f -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`,
  );
  return `# fish completion of fluxhost\n${FISH_MECHANISMS}${[...first, ...rest, ...own].join('\n')}\n`;
}

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** `commands`: by name, what each does; `helpOf`: its help text. */
export async function completion(
  args: readonly string[],
  io: Io,
  commands: Readonly<Record<string, string>>,
  helpOf: (name: string) => Promise<string>,
): Promise<number> {
  const given = parseCommand(spec, args);
  if (given.help) {
    io.stdout(renderHelp(spec));
    return EXIT.done;
  }
  given.check();
  const shell = given.positional(0);
  const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (script === undefined) {
    const expected = expectedOneOf('one of', shell, Object.keys(SHELLS));
    throw new InputError({ path: 'SHELL', given: show(shell), expected });
  }
  const known: Command[] = [];
  const experiments = experimentsOf(await helpOf('reproduce'));
  for (const [name, summary] of Object.entries(commands)) {
    const help = await helpOf(name);
    known.push({ name, summary, options: optionsOf(help), words: wordsOf(name, help, experiments) });
  }
  io.stdout(script(known));
  return EXIT.done;
}
