#!/usr/bin/env bash
# Title: In n8n a date field has two time zones, and an empty number is 0
# Guess: A date without a zone is read in one zone, whatever its spelling, and a blank text is no number.
# Behavior: 2025-01-02 is midnight in the workflow's zone; 01/02/2025 is January 2 (month first) at midnight in the zone of the process. A blank text is a valid number, 0.
# Versions: n8n-workflow@2.41.0, luxon@3.7.2
# Matters: Payment times written dd/mm/yyyy land on another month or day, and a missing amount becomes 0. Send ISO dates with an offset, and test amounts for blanks.
# Source: found by running; validateFieldType of n8n-workflow
. "$(dirname "$0")/lib.sh"
install n8n-workflow@2.41.0 luxon@3.7.2
program <<'JS'
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
require('luxon').Settings.defaultZone = 'America/New_York';
const { validateFieldType } = require('n8n-workflow');
for (const [text, type] of [['2025-01-02', 'dateTime'], ['01/02/2025', 'dateTime'], ['', 'number'], [' ', 'number']]) {
	const { valid, newValue } = validateFieldType('field', text, type);
	const value = type === 'dateTime' ? newValue.toUTC().toISO() : newValue;
	console.log(`${type} "${text}": ${valid} ${value}`);
}
JS
as_found <<'OUT'
dateTime "2025-01-02": true 2025-01-02T05:00:00.000Z
dateTime "01/02/2025": true 2025-01-02T00:00:00.000Z
number "": true 0
number " ": true 0
OUT
