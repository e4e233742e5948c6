import type { Gap } from '../storedEvent';
import { minuteOf } from '../summary';
import { barsByName, barsOverTime } from './barCharts';
import type { EventReport, SlowEvent, TypeCounts } from './reportNumbers';
import { REPORT_STYLE } from './reportStyle';
import { html, lineOf, SafeHtml } from './safeHtml';
import type { TimeStep } from './timeLine';

export interface ReportPageOptions {
	readonly title: string;
	/** What was asked for, such as the filters, in words. */
	readonly about: string;
	readonly madeAt: Date;
	/** Address at which an execution is shown; http(s). */
	readonly link: (workflowId: string, executionId: string) => string;
}

/** More bars in a chart nobody reads; the table has more. */
const MOST_BARS = 12;
const MOST_ROWS = 50;

/**
 * A report as one HTML page, which asks nobody for anything: no script, no font, no picture from
 * elsewhere, and a policy that would not let it. Types, reasons and names come from senders, and are
 * escaped.
 */
export async function reportPage(report: EventReport, options: ReportPageOptions): Promise<string> {
	const { title, about, madeAt } = options;
	const { firstAt, lastAt, timeZone } = report;
	const at = (time: Date) => minuteOf(time, timeZone);
	const span = firstAt === null || lastAt === null ? '' : `${at(firstAt)} to ${at(lastAt)}`;
	const page = html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta
					http-equiv="Content-Security-Policy"
					content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
				/>
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<meta name="referrer" content="no-referrer" />
				<title>${lineOf(title)}</title>
				<style>
					${new SafeHtml(REPORT_STYLE)}
				</style>
			</head>
			<body>
				<header>
					<h1>${text(title)}</h1>
					<p class="quiet">
						${span === '' ? '' : `${span} · `}Time zone:
						${timeZone}${about === '' ? '' : html` · ${text(about, 300)}`}
					</p>
				</header>
				<main>
					${cards(report)} ${await overTime(report)} ${await byType(report)}
					${slowest(report, options)} ${await refused(report)} ${replays(report)}
					${restarts(report)} ${gaps(report)}
				</main>
				<footer>
					Created on ${at(madeAt)} from n8n's executions. An event counts as failed if its execution
					ended with an error or a crash; if n8n retried it, the newest retry counts.
				</footer>
			</body>
		</html> `;
	return page.text;
}

function cards({
	events,
	failures,
	failureRatio,
	averageMs,
	refusedDeliveries,
	gaps,
}: EventReport) {
	const card = (name: string, value: string, note = '') =>
		html`<div>
			<dt>${name}</dt>
			<dd>${value}${note === '' ? '' : html` <small>${note}</small>`}</dd>
		</div>`;
	return html`<dl class="cards">
		${card('Events', number(events), missingWords(gaps))}
		${card('Failed', number(failures), `${percent(failureRatio)} of all`)}
		${card('Average duration', averageMs === null ? '–' : duration(averageMs))}
		${card('Refused deliveries', number(refusedDeliveries))}
	</dl>`;
}

function missingWords(gaps: readonly Gap[]): string {
	const count = gaps.reduce((sum, one) => sum + (one.count ?? 0), 0);
	if (count === 0) return gaps.length === 0 ? '' : 'Not all could be read';
	return `${number(count)} ${count === 1 ? 'execution' : 'executions'} could not be read`;
}

async function overTime({ overTime: steps, timeZone }: EventReport): Promise<SafeHtml> {
	if (steps.length === 0) return section('Events over time', none('No events in this time.'));
	const bars = steps.map(({ at, total, failures }) => ({
		name: stepName(at),
		good: total - failures,
		bad: failures,
	}));
	const unit = unitOf(steps);
	return section(
		`Events per ${unit}`,
		html`${legend('Did not fail', 'Failed')}
			${await barsOverTime(bars, `Events per ${unit}, ${timeZone}: ${peakWords(steps)}`)}
			<p class="quiet">${peakWords(steps)}</p>`,
	);
}

function peakWords(steps: readonly TimeStep[]): string {
	const [first, ...others] = steps;
	if (first === undefined) return '';
	const peak = others.reduce((most, step) => (step.total > most.total ? step : most), first);
	return `Most events: ${number(peak.total)} (${stepName(peak.at)})`;
}

async function byType({ types }: EventReport): Promise<SafeHtml> {
	const [first] = types;
	if (first === undefined) return html``;
	const worst = types.filter(({ failures }) => failures > 0).sort(byRatio);
	const chart =
		worst.length === 0
			? none('No event failed.')
			: await barsByName(
					worst.slice(0, MOST_BARS).map((one) => ({
						name: typeName(one.type, 60),
						good: 0,
						bad: Math.round(one.failureRatio * 10_000) / 100,
					})),
					'Failure ratio by event type',
					({ bad }) => percent(bad / 100),
				);
	const rows = types.slice(0, MOST_ROWS).map(
		(one) =>
			html`<tr>
				<td>${text(typeName(one.type))}</td>
				${cell(number(one.total))}${cell(number(one.failures))}${cell(
					percent(one.failureRatio),
				)}${cell(one.averageMs === null ? '–' : duration(one.averageMs), true)}${cell(
					one.slowestMs === null ? '–' : duration(one.slowestMs),
					true,
				)}
			</tr>`,
	);
	return section(
		'Failure ratio by event type',
		html`${chart}
			<div class="scroll">
				<table>
					<thead>
						<tr>
							<th>Event type</th>
							${headings('Events', 'Failed', 'Ratio')}${headings('Average', 'Slowest').map((one) =>
								optional(one),
							)}
						</tr>
					</thead>
					<tbody>
						${rows}
					</tbody>
				</table>
			</div>
			${moreRows(types.length, MOST_ROWS, 'event types')}`,
	);
}

function byRatio(a: TypeCounts, b: TypeCounts): number {
	return b.failureRatio - a.failureRatio || b.failures - a.failures;
}

function slowest({ slowest: slow, timeZone }: EventReport, { link }: ReportPageOptions): SafeHtml {
	if (slow.length === 0) return html``;
	const row = ({
		type,
		eventId,
		workflowId,
		workflowName,
		executionId,
		startedAt,
		durationMs,
	}: SlowEvent) => {
		const address = link(workflowId, executionId);
		const shown = /^https?:\/\//.test(address)
			? html`<a href="${address}" rel="noreferrer noopener">${executionId}</a>`
			: html`${executionId}`;
		return html`<tr>
			${cell(duration(durationMs))}
			<td>${text(type)} <span class="quiet">${text(eventId, 60)}</span></td>
			<td class="optional">${text(workflowName)}</td>
			<td class="optional">${startedAt === null ? '' : minuteOf(startedAt, timeZone)}</td>
			<td>${shown}</td>
		</tr>`;
	};
	return section(
		'Slowest events',
		html`<div class="scroll">
			<table>
				<thead>
					<tr>
						${headings('Duration')}
						<th>Event</th>
						<th class="optional">Workflow</th>
						<th class="optional">Started</th>
						<th>Execution</th>
					</tr>
				</thead>
				<tbody>
					${slow.map(row)}
				</tbody>
			</table>
		</div>`,
	);
}

async function refused({ refused: reasons, refusedDeliveries }: EventReport): Promise<SafeHtml> {
	if (reasons.length === 0) {
		return section(
			'Refused deliveries',
			none(
				'No webhook.refused events. To see refused deliveries here, select the event webhook.refused in your triggers.',
			),
		);
	}
	const bars = reasons
		.slice(0, MOST_BARS)
		.map(({ reason, count }) => ({ name: lineOf(reason, 60) || 'other', good: 0, bad: count }));
	const rows = reasons.slice(0, MOST_ROWS).map(
		({ reason, count, whatToDo }) =>
			html`<tr>
				<td>${text(reason === '' ? 'other' : reason)}</td>
				${cell(number(count))}
				<td>${text(whatToDo, 300)}</td>
			</tr>`,
	);
	return section(
		`Refused deliveries by reason`,
		html`<p>
				${number(refusedDeliveries)} ${refusedDeliveries === 1 ? 'delivery was' : 'deliveries were'}
				refused and started no workflow.
			</p>
			${await barsByName(bars, 'Refused deliveries by reason', ({ bad }) => number(bad))}
			<div class="scroll">
				<table>
					<thead>
						<tr>
							<th>Reason</th>
							${headings('Deliveries')}
							<th>If they are genuine</th>
						</tr>
					</thead>
					<tbody>
						${rows}
					</tbody>
				</table>
			</div>
			${moreRows(reasons.length, MOST_ROWS, 'reasons')}`,
	);
}

function replays({ replays: { total, succeeded, failed, events } }: EventReport): SafeHtml {
	if (total === 0) return section('Replays', none('No event was replayed.'));
	return section(
		'Replays',
		html`<p>
			${number(total)} ${total === 1 ? 'replay' : 'replays'} of ${number(events)}
			${events === 1 ? 'event' : 'events'}: ${number(succeeded)} succeeded, ${number(failed)}
			failed.
		</p>`,
	);
}

function restarts({ restarts: found, timeZone }: EventReport): SafeHtml {
	return found.length === 0 ? html`` : section('Restarts of n8n', gapTable(found, timeZone));
}

function gaps({ gaps: found, timeZone }: EventReport): SafeHtml {
	return section(
		'What could not be read',
		found.length === 0
			? none('Nothing: all executions in this time could be read.')
			: gapTable(found, timeZone),
	);
}

function gapTable(found: readonly Gap[], timeZone: string): SafeHtml {
	const rows = found
		.slice(0, MOST_ROWS)
		.map(({ reason, count, workflowName, workflowId, since, until, hint }) => {
			const where = workflowName ?? workflowId ?? '';
			const times = [since, until].map((time) =>
				time === undefined ? '' : minuteOf(time, timeZone),
			);
			const span = times.every((time) => time === '') ? '' : times.join(' to ').trim();
			return html`<tr>
				<td>
					${text(reason)}${where === ''
						? ''
						: html` <span class="quiet">${text(where)}</span>`}${span === ''
						? ''
						: html` <span class="quiet">${span}</span>`}
				</td>
				${cell(count === undefined ? '–' : number(count))}
				<td>${text(hint, 600)}</td>
			</tr>`;
		});
	return html`<div class="scroll">
			<table>
				<thead>
					<tr>
						<th>Reason</th>
						${headings('Executions')}
						<th>What to do</th>
					</tr>
				</thead>
				<tbody>
					${rows}
				</tbody>
			</table>
		</div>
		${moreRows(found.length, MOST_ROWS, 'reasons')}`;
}

function section(title: string, body: SafeHtml): SafeHtml {
	return html`<section>
		<h2>${title}</h2>
		${body}
	</section>`;
}

function none(words: string): SafeHtml {
	return html`<p class="quiet">${words}</p>`;
}

function moreRows(all: number, shown: number, what: string): SafeHtml {
	return all > shown ? none(`And ${number(all - shown)} more ${what}.`) : html``;
}

function legend(good: string, bad: string): SafeHtml {
	return html`<p class="legend">
		<span><i class="good"></i>${good}</span><span><i class="bad"></i>${bad}</span>
	</p>`;
}

/** A text of somebody else's, also from right to left, does not disturb what stands beside it. */
function text(words: string, longest?: number): SafeHtml {
	return html`<bdi>${lineOf(words, longest)}</bdi>`;
}

function typeName(type: string, longest?: number): string {
	return type === '' ? 'other types' : lineOf(type, longest);
}

function cell(words: string, isOptional = false): SafeHtml {
	return isOptional
		? html`<td class="number optional">${words}</td>`
		: html`<td class="number">${words}</td>`;
}

function headings(...names: readonly string[]): SafeHtml[] {
	return names.map((name) => html`<th class="number">${name}</th>`);
}

function optional({ text: heading }: SafeHtml): SafeHtml {
	return new SafeHtml(heading.replace('class="number"', 'class="number optional"'));
}

function unitOf([step]: readonly TimeStep[]): string {
	const length = step?.at.length ?? 0;
	return length === 7 ? 'month' : length === 10 ? 'day' : 'hour';
}

function stepName(at: string): string {
	return at.length <= 10 ? at : at.slice(5, 16).replace('T', ' ');
}

function number(value: number): string {
	return value.toLocaleString('en-US');
}

function percent(ratio: number): string {
	const value = ratio * 100;
	return `${value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 })}%`;
}

/** `380 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
function duration(milliseconds: number): string {
	if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
	const seconds = milliseconds / 1_000;
	if (seconds < 60) return `${seconds.toLocaleString('en-US', { maximumFractionDigits: 1 })} s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
	return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
