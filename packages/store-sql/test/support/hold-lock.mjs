// Another process: holds the write lock of a SQLite file from `locked` until it is told to let go.
import Libsql from 'libsql'

const [, , file] = process.argv
const database = new Libsql(file)
database.exec('begin immediate')
process.on('message', () => {
  database.exec('commit')
  database.close()
  process.disconnect()
})
process.send('locked')
