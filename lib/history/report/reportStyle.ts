/**
 * How a report looks: in light, in the dark, on a phone and on paper. Texts keep a contrast of 4.5 : 1
 * with what is behind them, bars one of 3 : 1.
 */
export const REPORT_STYLE = `
:root {
	color-scheme: light dark;
	--paper: #ffffff; --ink: #1f2328; --quiet: #57606a; --line: #d0d7de; --card: #f6f8fa;
	--good: #2266cc; --bad: #c4320a; --link: #0b57d0;
}
@media (prefers-color-scheme: dark) {
	:root {
		--paper: #0f1419; --ink: #e6edf3; --quiet: #a3b0bd; --line: #3d4650; --card: #1a2129;
		--good: #6ea8fe; --bad: #ff8a65; --link: #8ab8ff;
	}
}
* { box-sizing: border-box; }
body {
	margin: 0 auto; max-width: 920px; padding: 24px 20px 48px; background: var(--paper);
	color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
	overflow-wrap: anywhere;
}
html { background: var(--paper); }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 36px 0 8px; }
p { margin: 4px 0 8px; }
a { color: var(--link); }
.quiet { color: var(--quiet); }
.cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 20px 0 0; padding: 0; }
.cards div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.cards dt { color: var(--quiet); font-size: 13px; }
.cards dd { margin: 0; font-size: 24px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.cards small { display: block; color: var(--quiet); font-size: 13px; font-weight: 400; }
.chart { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.legend { display: flex; gap: 18px; font-size: 13px; }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 2px; vertical-align: -1px; }
.legend .good { background: var(--good); }
.legend .bad { background: var(--bad); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; margin-top: 8px; font-size: 14px; }
th, td { text-align: left; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--quiet); font-weight: 600; overflow-wrap: normal; }
td:first-child { min-width: 7.5em; }
th.number, td.number { text-align: right; white-space: nowrap; overflow-wrap: normal; font-variant-numeric: tabular-nums; }
footer { margin-top: 40px; border-top: 1px solid var(--line); padding-top: 12px; color: var(--quiet); font-size: 13px; }
@media (max-width: 640px) {
	body { padding: 16px 14px 32px; }
	h1 { font-size: 22px; }
	.cards { grid-template-columns: repeat(2, 1fr); }
	.wide { display: none; }
	.narrow { display: block; }
	.optional { display: none; }
}
@media print {
	:root {
		color-scheme: light;
		--paper: #ffffff; --ink: #000000; --quiet: #444444; --line: #bbbbbb; --card: #ffffff;
		--good: #2266cc; --bad: #c4320a; --link: #000000;
	}
	body { max-width: none; padding: 0; font-size: 11pt; }
	* { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
	.cards, .chart, tr { break-inside: avoid; }
	h2 { break-after: avoid; }
	a { text-decoration: none; }
	.scroll { overflow: visible; }
	.wide { display: block; }
	.narrow { display: none; }
	.cards { grid-template-columns: repeat(4, 1fr); }
	.optional { display: table-cell; }
}
`;
