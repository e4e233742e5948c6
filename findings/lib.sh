# Sourced by every finding. Needs Node 20 or newer, npm and the npm registry.
# install NAME@VERSION…  installs into a temporary folder that is removed at the end; $overrides, where set,
#                        are npm's, for a package that asks for a git address
# program                takes an ES module from standard input
# as_found               runs it; its output must be that on standard input
set -euo pipefail

for tool in node npm; do
	command -v "$tool" >/dev/null || { echo "needs $tool" >&2; exit 2; }
done

work=$(mktemp -d)
peer=''
overrides='{}'
finish() {
	[ -z "$peer" ] || kill "$peer" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

install() {
	(cd "$work" && echo "{\"private\":true,\"overrides\":$overrides}" >package.json &&
		npm install --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error "$@" >npm.log 2>&1) ||
		{ cat "$work/npm.log" >&2; echo "could not install $*" >&2; exit 2; }
}

program() { cat >"$work/program.mjs"; }

as_found() {
	cat >"$work/expected"
	(cd "$work" && TZ=UTC node program.mjs >actual 2>errors) || { cat "$work/errors" >>"$work/actual"; }
	if diff "$work/expected" "$work/actual" >"$work/changes"; then
		echo "as found: $(basename "$0" .sh)"
		sed 's/^/  /' "$work/actual"
	else
		echo "changed: $(basename "$0" .sh) (< as found, > now)"
		cat "$work/changes"
		exit 1
	fi
}
