// `npm start`: the tour when nothing is asked, the command line otherwise.
if (process.argv.length === 2) process.argv.push('tour')
await import('../bin/mailworthy.js')
