#!/usr/bin/env bash
# Title: In n8n toDateTime() shows UTC where DateTime.fromISO() shows local time
# Guess: Both read one text as one time in the workflow's zone.
# Behavior: toDateTime() keeps the offset that is written in the text: 02:30Z in a workflow of Lima stays 02:30, and its day starts at 00:00Z. DateTime.fromISO() and toDate() give 21:30 of the day before.
# Versions: n8n-workflow@2.41.0, luxon@3.7.2
# Matters: The times of events end in Z: hours and days for people, and sums by day, are wrong by the zone. Add .setZone($now.zone), or take DateTime.fromISO().
# Source: found by running; toDateTime of n8n-workflow's extensions
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0 luxon@3.7.2
program <<'JS'
import { createRequire } from 'node:module';
const { Workflow } = createRequire(import.meta.url)('n8n-workflow');
const node = { id: '1', name: 'Node', type: 'none', typeVersion: 1, position: [0, 0], parameters: {} };
const type = { description: { properties: [] } };
const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
const workflow = new Workflow({ id: '1', nodes: [node], connections: {}, active: false, nodeTypes, settings: { timezone: 'America/Lima' } });
const items = [{ json: { time: '2025-11-08T02:30:00.000Z' } }];
for (const expression of [
	'$json.time.toDateTime().format("MM-dd HH:mm")',
	'$json.time.toDateTime().startOf("day").toISO()',
	'$json.time.toDateTime().setZone($now.zone).format("MM-dd HH:mm")',
	'DateTime.fromISO($json.time).toFormat("MM-dd HH:mm")',
	'$json.time.toDate().format("MM-dd HH:mm")',
]) {
	console.log(`${expression}: ${workflow.expression.getParameterValue(`={{ ${expression} }}`, null, 0, 0, 'Node', items, 'manual', {})}`);
}
JS
as_found <<'OUT'
$json.time.toDateTime().format("MM-dd HH:mm"): 11-08 02:30
$json.time.toDateTime().startOf("day").toISO(): 2025-11-08T00:00:00.000Z
$json.time.toDateTime().setZone($now.zone).format("MM-dd HH:mm"): 11-07 21:30
DateTime.fromISO($json.time).toFormat("MM-dd HH:mm"): 11-07 21:30
$json.time.toDate().format("MM-dd HH:mm"): 11-07 21:30
OUT
