// The peer: botbuilder's CloudAdapter behind express takes the same activities, writes one row each and answers. PGHOST and its
// like say where the database is, BENCH_POOL how many connections it may have. With BENCH_METADATA it checks tokens by the keys
// that this document leads to; else, as a bot without an app id does, it checks none. It writes its port to standard output.
'use strict';

const express = require('express');
const { CloudAdapter, ConfigurationBotFrameworkAuthentication, TeamsActivityHandler } = require('botbuilder');
const { Pool } = require('pg');

const pool = new Pool({ max: Number(process.env.BENCH_POOL) });

// A named statement is planned once a connection, as ours are.
const keep = (key, kind, workspace, person, place, said, action, subject) => pool.query({
  name: 'keep',
  text: 'INSERT INTO came (key, kind, workspace, person, place, said, action, subject, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
  values: [key, kind, workspace, person, place, said, action, subject, new Date()],
});

class Keeper extends TeamsActivityHandler {
  constructor(replies) {
    super();
    this.onMessage(async (context, next) => {
      const a = context.activity;
      await keep(`${a.conversation.id}:${a.id}`, 'message', a.conversation.tenantId, a.from.aadObjectId, a.conversation.id, a.text, '', '');
      if (replies) {
        await context.sendActivity('Noted.');
      }
      await next();
    });
  }

  async onAdaptiveCardInvoke(context, value) {
    const a = context.activity;
    const { a: action, s: subject } = value.action.data;
    await keep(`${a.conversation.id}:${a.id}`, 'press', a.conversation.tenantId, a.from.aadObjectId, a.conversation.id, '', action, subject);
    return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Noted.' };
  }
}

const { BENCH_METADATA: metadata, BENCH_ISSUER: issuer, BENCH_APP: app, BENCH_REPLIES: replies } = process.env;
// Its own token, for what it sends, is left out: Microsoft's library for that refuses an endpoint without TLS.
const credentials = {
  isValidAppId: async (id) => id === app, isAuthenticationDisabled: async () => false,
  createCredentials: async () => ({ signRequest: async (request) => request }),
};
const adapter = new CloudAdapter(metadata ? new ConfigurationBotFrameworkAuthentication({
  MicrosoftAppId: app, ToBotFromChannelTokenIssuer: issuer,
  ToBotFromChannelOpenIdMetadataUrl: metadata, ToBotFromEmulatorOpenIdMetadataUrl: metadata,
}, credentials) : new ConfigurationBotFrameworkAuthentication({}));
adapter.onTurnError = async (_, err) => { throw err; }; // so that a failure is no 200
const bot = new Keeper(Boolean(replies));

const server = express();
server.use(express.json());
server.post('/api/messages', (req, res) => {
  if (!metadata) {
    delete req.headers.authorization; // which would be checked by Microsoft's keys
  }
  return adapter.process(req, res, (context) => bot.run(context));
});
const listening = server.listen(0, '127.0.0.1', () => console.log(listening.address().port));
