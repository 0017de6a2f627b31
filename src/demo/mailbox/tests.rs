use std::path::PathBuf;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

/// Says all of `script` at once, as a pipelining client may, and returns the codes that came back.
async fn say(mailbox: &LocalMailbox, script: &[u8]) -> Vec<String> {
    let mut stream = TcpStream::connect(mailbox.address).await.unwrap();
    stream.write_all(script).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    answers
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(code, _)| code.to_owned())
        .filter(|code| code.len() == 3)
        .collect()
}

fn messages(dir: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir.join("new")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[tokio::test]
async fn a_pipelined_conversation_is_answered_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mailbox = LocalMailbox::start(dir.path()).await.unwrap();
    let script = b"EHLO x\r\nMAIL FROM:<a@b.c> BODY=8BITMIME SIZE=10\r\nRCPT TO:<d@e.f>\r\nDATA\r\n\
        ..\r\n..two\r\nthree\n.\r\nfour\r\n.\r\nNOOP\r\nMAIL FROM:<>\r\nRSET\r\nQUIT\r\n";
    let codes = say(&mailbox, script).await;
    assert_eq!(codes, ["220", "250", "250", "250", "354", "250", "250", "250", "250", "221"]);
    assert_eq!(messages(dir.path()), [b".\r\n.two\r\nthree\n.\r\nfour\r\n"]);
    assert_eq!(mailbox.received(), 1);
}

#[tokio::test]
async fn what_is_out_of_order_or_malformed_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mailbox = LocalMailbox::start(dir.path()).await.unwrap();
    let script = b"MAIL FROM:<a@b.c>\r\nHELO x\r\nRCPT TO:<d@e.f>\r\nDATA\r\nMAIL FROM:a@b.c\r\nMAIL FROM:<a>\r\n\
        MAIL FROM:<a@b.c> SIZE=99999999999\r\nMAIL FROM:<a@b.c> X=1\r\nMAIL FROM:<a@b.c>\r\nDATA\r\nRCPT TO:<d>\r\nHUH\r\n\xff\r\n";
    let codes = say(&mailbox, script).await;
    assert_eq!(
        codes,
        ["220", "503", "250", "503", "503", "501", "501", "552", "555", "250", "503", "501", "500", "500"]
    );
    assert_eq!(mailbox.received(), 0);
}

#[tokio::test]
async fn a_message_that_is_too_large_or_cut_short_is_not_filed() {
    let dir = tempfile::tempdir().unwrap();
    let mailbox = LocalMailbox::start(dir.path()).await.unwrap();
    let begin = b"HELO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n".to_vec();
    let line = [b"x".repeat(998), b"\r\n".to_vec()].concat();
    let large = [begin.clone(), line.repeat(conversation::SIZE_MAX / 1000 + 1), b".\r\nNOOP\r\n".to_vec()].concat();
    assert_eq!(say(&mailbox, &large).await, ["220", "250", "250", "250", "354", "552", "250"]);
    let cut = [begin, b"half a message\r\n".to_vec()].concat();
    assert_eq!(say(&mailbox, &cut).await, ["220", "250", "250", "250", "354"]);
    assert_eq!((mailbox.received(), messages(dir.path()).len()), (0, 0));
}

#[tokio::test]
async fn a_second_run_adds_to_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let script = b"HELO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n.\r\n";
    for run in 1..=3 {
        let mailbox = LocalMailbox::start(dir.path()).await.unwrap();
        say(&mailbox, script).await;
        assert_eq!((mailbox.received(), messages(dir.path()).len()), (1, run));
    }
}
