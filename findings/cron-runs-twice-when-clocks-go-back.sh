#!/usr/bin/env bash
# Title: A job at 2:00 in New York runs twice when the clocks go back
# Guess: 2:00 exists once on that day (it is the hour from 1:00 to 2:00 that repeats), so the job runs once.
# Behavior: It is due at 1:00 of the second pass (06:00 UTC) and at 2:00 (07:00 UTC). In Madrid, where 2:00 does exist twice, it is due once.
# Versions: cron@4.4.0, luxon@3.7.2
# Matters: cron is n8n's library for schedules and America/New_York its default zone: a nightly report or retry at 2:00 runs twice that night. Choose another hour or zone.
# Source: found by running; CronTime.getNextDateFrom
. "$(dirname "$0")/lib.sh"
install cron@4.4.0 luxon@3.7.2
program <<'JS'
import { CronTime } from 'cron';
import { DateTime } from 'luxon';
for (const [zone, from] of [['America/New_York', '2025-11-02T04:00:00Z'], ['Europe/Madrid', '2025-10-25T22:00:00Z']]) {
	const time = new CronTime('0 0 2 * * *', zone);
	let at = DateTime.fromISO(from, { zone });
	const due = [];
	for (let i = 0; i < 3; i++) {
		at = time.getNextDateFrom(at, zone);
		due.push(at.toUTC().toFormat('MM-dd HH:mm'));
	}
	console.log(`${zone}: ${due.join(', ')} UTC`);
}
JS
as_found <<'OUT'
America/New_York: 11-02 06:00, 11-02 07:00, 11-03 07:00 UTC
Europe/Madrid: 10-26 00:00, 10-27 01:00, 10-28 01:00 UTC
OUT
