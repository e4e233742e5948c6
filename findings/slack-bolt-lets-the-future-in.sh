#!/usr/bin/env bash
# Title: Slack's Bolt accepts a request from any time in the future
# Guess: A request whose time differs by more than five minutes is refused, as its error says: "must differ from system time by no more than 5 minutes".
# Behavior: Only the past is compared. A request that was signed with a time a year ahead is valid today, and until five minutes after that time.
# Versions: @slack/bolt@5.1.0
# Matters: What a sender with a wrong clock signs can be sent again for as long as its clock is ahead. Compare both ways.
# Source: found by running; dist/receivers/verify-request.js, verifySlackRequest
. "$(dirname "$0")/lib.sh"
install @slack/bolt@5.1.0
program <<'JS'
import { createHmac } from 'node:crypto';
import bolt from '@slack/bolt';
const now = 1700000000;
for (const [title, seconds] of [['now', 0], ['six minutes ago', -360], ['in six minutes', 360], ['in a year', 31536000]]) {
	const time = now + seconds;
	const hash = createHmac('sha256', 'invented').update(`v0:${time}:{}`).digest('hex');
	const headers = { 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${hash}` };
	console.log(`${title}: ${bolt.isValidSlackRequest({ signingSecret: 'invented', body: '{}', headers, nowMilliseconds: now * 1000 })}`);
}
JS
as_found <<'OUT'
now: true
six minutes ago: false
in six minutes: true
in a year: true
OUT
