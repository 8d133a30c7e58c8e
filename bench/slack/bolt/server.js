// The peer: Bolt's own HTTPReceiver takes the same requests, writes one row each and answers. PGHOST and its like say where
// the database is, BENCH_POOL how many connections it may have. It writes its port to standard output.
'use strict';

const { App, HTTPReceiver, LogLevel } = require('@slack/bolt');
const { Pool } = require('pg');

const pool = new Pool({ max: Number(process.env.BENCH_POOL) });

// A named statement is planned once a connection, as ours are.
const keep = (key, kind, workspace, person, place, said, action, subject) => pool.query({
  name: 'keep',
  text: 'INSERT INTO came (key, kind, workspace, person, place, said, action, subject, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
  values: [key, kind, workspace, person, place, said, action, subject, new Date()],
});

const receiver = new HTTPReceiver({ signingSecret: process.env.SLACK_SIGNING_SECRET, logLevel: LogLevel.ERROR });
const app = new App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-bench', botId: 'B0BOT', botUserId: 'U0BOT' }), // no call to Slack
  convoStore: false, // nothing is asked of it
  logLevel: LogLevel.ERROR,
});

app.command('/incident', async ({ command, ack }) => {
  await keep(command.trigger_id, 'command', command.team_id, command.user_id, command.channel_id, command.text, '', '');
  await ack({ response_type: 'ephemeral', text: 'Noted.' });
});

app.action(/./, async ({ body, action, ack }) => {
  await keep(body.trigger_id, 'press', body.user.team_id, body.user.id, body.channel.id, '', action.action_id, action.value);
  await ack();
});

(async () => {
  const server = await app.start(0);
  console.log(server.address().port);
})();
