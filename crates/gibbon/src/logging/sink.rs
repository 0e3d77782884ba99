//! A log that never holds up who writes to it.

use gibbon_conf::LogTarget;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

/// Lines that may wait for the disk. At 200 bytes each that is about 3 MB, and at 100,000 requests a second an eighth of
/// a second.
const QUEUE: usize = 16_384;

enum Order {
    Line(Vec<u8>),
    Reopen,
    Flush(SyncSender<()>),
}

/// A log, shared by all who write to it.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    queue: SyncSender<Order>,
    dropped: Arc<AtomicU64>,
}

impl Sink {
    /// Opens a log and starts its thread, which ends with the last writer. There is none for [`LogTarget::Off`].
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn open(target: &LogTarget) -> io::Result<Option<Self>> {
        let out = match target {
            LogTarget::Off => return Ok(None),
            LogTarget::Stdout => Out::Stream(Box::new(io::stdout())),
            LogTarget::Stderr => Out::Stream(Box::new(io::stderr())),
            LogTarget::File(path) => Out::File { path: path.clone(), file: open_file(path)? },
        };
        let (queue, orders) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&dropped);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&orders, out, &counter))?;
        Ok(Some(Self { queue, dropped }))
    }

    /// Queues a line, which has to end in a line feed. When the queue is full, it is dropped and counted.
    pub(crate) fn write(&self, line: Vec<u8>) {
        if self.queue.try_send(Order::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Opens the file again under its name, after the lines that are queued.
    pub(crate) fn reopen(&self) {
        let _ = self.queue.send(Order::Reopen);
    }

    /// Waits until everything that is queued has been written, but not for ever: a disk that is stuck must not keep a
    /// gateway from ending.
    pub(crate) fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.queue.send(Order::Flush(done)).is_ok() {
            let _ = wait.recv_timeout(Duration::from_secs(2));
        }
    }
}

/// Collects one message and queues it when it is complete.
#[derive(Debug)]
pub(crate) struct Line<'s> {
    sink: Option<&'s Sink>,
    bytes: Vec<u8>,
}

impl<'s> Line<'s> {
    pub(super) fn to(sink: Option<&'s Sink>) -> Self {
        Self { sink, bytes: Vec::new() }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if let Some(sink) = self.sink.filter(|_| !self.bytes.is_empty()) {
            sink.write(std::mem::take(&mut self.bytes));
        }
    }
}

enum Out {
    Stream(Box<dyn Write + Send>),
    File { path: PathBuf, file: BufWriter<File> },
}

impl Out {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Stream(stream) => stream,
            Self::File { file, .. } => file,
        }
    }

    /// If the file cannot be opened, the old one goes on: better there than nowhere.
    fn reopen(&mut self) {
        let Self::File { path, file } = self else { return };
        let _ = file.flush();
        if let Ok(new) = open_file(path) {
            *file = new;
        }
    }
}

fn open_file(path: &Path) -> io::Result<BufWriter<File>> {
    let open = || {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        OpenOptions::new().create(true).append(true).open(path)
    };
    let named = |error: io::Error| io::Error::new(error.kind(), format!("cannot open `{}`: {error}", path.display()));
    open().map(|file| BufWriter::with_capacity(64 << 10, file)).map_err(named)
}

/// Writes in batches: to the file goes what is in the buffer when the queue is empty or the buffer full.
fn write_lines(orders: &Receiver<Order>, mut out: Out, dropped: &AtomicU64) {
    loop {
        let order = match orders.try_recv() {
            Ok(order) => order,
            Err(TryRecvError::Empty) => {
                report_dropped(&mut out, dropped);
                let _ = out.writer().flush();
                match orders.recv() {
                    Ok(order) => order,
                    Err(_) => return,
                }
            }
            Err(TryRecvError::Disconnected) => {
                let _ = out.writer().flush();
                return;
            }
        };
        // There is nobody to tell that a log cannot be written; the next line is tried again.
        match order {
            Order::Line(line) => drop(out.writer().write_all(&line)),
            Order::Reopen => out.reopen(),
            Order::Flush(done) => {
                report_dropped(&mut out, dropped);
                let _ = out.writer().flush();
                let _ = done.send(());
            }
        }
    }
}

fn report_dropped(out: &mut Out, dropped: &AtomicU64) {
    let lines = dropped.swap(0, Ordering::Relaxed);
    if lines > 0 {
        let _ = writeln!(out.writer(), "[warn] {lines} lines were dropped since the log could not keep up");
    }
}
