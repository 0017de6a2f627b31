use std::time::Duration;

use super::super::mailer::{Courier, Mailer};
use super::*;
use crate::demo::mailbox::LocalMailbox;
use script::{Act, Script};

mod script;
mod tls;

const MESSAGE: &[u8] = b"From: d@example.org\r\n\r\n.\r\n..two\r\n.three.\r\n\r\nlast\r\n";
const OPENING: [Act; 4] =
    [Act::Say("220 x"), Act::Hear("EHLO "), Act::Say("250 x"), Act::Hear("MAIL FROM:<d@example.org>")];

fn envelope() -> Envelope {
    let address = |text| Address::parse(text).unwrap();
    Envelope { mail_from: address("d@example.org"), rcpt: address("r@example.net") }
}

async fn mark() -> Result<(), String> {
    Ok(())
}

const SOON: Duration = Duration::from_millis(80);

/// The opening, then as many acts as told; the session sends one letter.
async fn send_against(rest: &[Act]) -> (SendOutcome, Session, Script) {
    let script = Script::play([&OPENING, rest].concat()).await;
    let mut session = Session::open(&script.settings()).await.unwrap();
    let outcome = session.send(&envelope(), MESSAGE, mark).await;
    (outcome, session, script)
}

#[tokio::test]
async fn a_letter_arrives_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let mailbox = LocalMailbox::start(dir.path()).await.unwrap();
    let settings = SmtpSettings::from_url(&mailbox.url()).unwrap();
    let mut courier = Mailer::Smtp(settings).connect().await.unwrap();
    let large = [b"Subject: x\r\n\r\n".to_vec(), b".a line of text\r\n".repeat(20_000)].concat();
    let bare = "8-bit: é\r\nno end".as_bytes();
    for message in [MESSAGE, &large, b"\r\n", bare] {
        let outcome = courier.send(&envelope(), message, mark).await;
        assert!(matches!(outcome, SendOutcome::Accepted { .. }), "{outcome:?}");
    }
    assert!(courier.is_open() && matches!(courier, Courier::Smtp(_)));
    courier.quit().await;
    let mut paths: Vec<_> = std::fs::read_dir(dir.path().join("new")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let filed: Vec<_> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert_eq!(filed, [MESSAGE, &large, b"\r\n", "8-bit: é\r\nno end\r\n".as_bytes()]);
    assert_eq!(mailbox.received(), 4);
}

#[tokio::test]
async fn the_mark_is_made_between_the_go_ahead_and_the_message() {
    let script = Script::play(
        [
            &OPENING[..],
            &[
                Act::Say("250 x"),
                Act::Hear("RCPT TO:<r@example.net>"),
                Act::Say("250 x"),
                Act::Hear("DATA"),
                Act::Say("354 x"),
                Act::HearEnd,
            ],
        ]
        .concat(),
    )
    .await;
    let mut session = Session::open(&script.settings()).await.unwrap();
    let outcome = session.send(&envelope(), MESSAGE, async || Err("the disk is full")).await;
    assert_eq!(outcome, SendOutcome::MarkFailed("the disk is full".to_owned()));
    assert!(!session.is_open());
    assert_eq!(script.heard().await.last().unwrap(), "DATA");
}

#[tokio::test]
async fn a_session_goes_on_after_a_refusal() {
    let next = [
        Act::Hear("RSET"),
        Act::Say("250 x"),
        Act::Hear("MAIL"),
        Act::Say("250 x"),
        Act::Hear("RCPT"),
        Act::Say("251 x"),
        Act::Hear("DATA"),
        Act::Say("354 x"),
        Act::HearMessage,
        Act::Say("250 2.0.0 queued as 7"),
        Act::Hear("QUIT"),
        Act::Say("221 x"),
    ];
    let to_rcpt = |reply| vec![Act::Say("250 x"), Act::Hear("RCPT"), Act::Say(reply)];
    let deferred =
        |code, reply: &str| SendOutcome::Deferred { reply: reply.to_owned(), code: Some(code), connection_lost: false };
    let refused = |code, reply: &str| SendOutcome::Refused { code, reply: reply.to_owned() };
    let cases = [
        (to_rcpt("451 4.3.0 later"), deferred(451, "451 4.3.0 later")),
        (to_rcpt("554-5.7.1 no\r\n554 5.7.1 never"), refused(554, "554 5.7.1 no never")),
        (vec![Act::Say("550 5.1.8 you?")], refused(550, "550 5.1.8 you?")),
        (
            [to_rcpt("250 x"), vec![Act::Hear("DATA"), Act::Say("452 4.2.2 full")]].concat(),
            deferred(452, "452 4.2.2 full"),
        ),
        (
            [
                to_rcpt("250 x"),
                vec![Act::Hear("DATA"), Act::Say("354 x"), Act::HearMessage, Act::Say("554 5.7.1 spam")],
            ]
            .concat(),
            refused(554, "554 5.7.1 spam"),
        ),
    ];
    for (refusal, want) in cases {
        let (outcome, mut session, script) = send_against(&[refusal, next.to_vec()].concat()).await;
        assert_eq!(outcome, want);
        // As a worker would: in a task of its own.
        let sending = tokio::spawn(async move { (session.send(&envelope(), MESSAGE, mark).await, session) });
        let (second, session) = sending.await.unwrap();
        assert_eq!(second, SendOutcome::Accepted { reply: "250 2.0.0 queued as 7".to_owned() });
        session.quit().await;
        assert_eq!(script.heard().await.last().unwrap(), "QUIT");
    }
}

#[tokio::test]
async fn a_server_out_of_step_is_left_before_the_message() {
    let accepted = [
        Act::Say("250 x"),
        Act::Hear("RCPT"),
        Act::Say("250 x"),
        Act::Hear("DATA"),
        Act::Say("250 lying"),
        Act::HearEnd,
    ];
    let early = [Act::Say("250 x"), Act::Hear("RCPT"), Act::Say("354 early"), Act::HearEnd];
    let garbage = [Act::Say("250 x"), Act::Hear("RCPT"), Act::Say("\0 lorem"), Act::HearEnd];
    let leaving = [Act::Say("421 4.3.2 closing"), Act::HearEnd];
    let gone = [Act::Close];
    for (rest, code) in
        [(&accepted[..], Some(250)), (&early, Some(354)), (&garbage, None), (&leaving, Some(421)), (&gone, None)]
    {
        let (outcome, mut session, script) = send_against(rest).await;
        let SendOutcome::Deferred { code: got, connection_lost: true, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(got, code);
        assert!(!session.is_open());
        assert!(matches!(
            session.send(&envelope(), MESSAGE, mark).await,
            SendOutcome::Deferred { connection_lost: true, .. }
        ));
        assert!(!script.heard().await.iter().any(|line| line.contains("last")));
    }
}

#[tokio::test]
async fn a_reply_in_any_encoding_is_a_reply() {
    let latin = Act::Utter(b"550 5.1.1 bo\xeete inconnue\r\n");
    let (outcome, ..) = send_against(&[Act::Say("250 x"), Act::Hear("RCPT"), latin]).await;
    assert_eq!(outcome, SendOutcome::Refused { code: 550, reply: "550 5.1.1 bo?te inconnue".to_owned() });
}

#[tokio::test]
async fn without_an_answer_to_the_dot_a_letter_is_in_doubt() {
    let begin = [
        Act::Say("250 x"),
        Act::Hear("RCPT"),
        Act::Say("250 x"),
        Act::Hear("DATA"),
        Act::Say("354 x"),
        Act::HearMessage,
    ];
    for end in [Act::Close, Act::Say("what?"), Act::Say("354 more?")] {
        let (outcome, session, _script) = send_against(&[&begin[..], &[end]].concat()).await;
        assert!(matches!(outcome, SendOutcome::InDoubt { .. }), "{outcome:?}");
        assert!(!session.is_open());
    }
    let (outcome, ..) = send_against(&[&begin[..], &[Act::Say("421 4.3.0 closing")]].concat()).await;
    assert!(
        matches!(outcome, SendOutcome::Deferred { code: Some(421), .. }),
        "an answer is not ambiguous: {outcome:?}"
    );
}

#[tokio::test]
async fn every_phase_is_bounded() {
    let to_data = [Act::Say("250 x"), Act::Hear("RCPT"), Act::Say("250 x"), Act::Hear("DATA"), Act::Say("354 x")];
    for length in [0, 2, 4] {
        let script = Script::play([&OPENING[..], &to_data[..length], &[Act::HearEnd]].concat()).await;
        let mut session = Session::open(&script.settings()).await.unwrap();
        session.settings.phases = Phases { command: SOON, data: SOON, ..Phases::default() };
        let outcome = session.send(&envelope(), MESSAGE, mark).await;
        let lost = matches!(outcome, SendOutcome::Deferred { code: None, connection_lost: true, .. });
        assert!(lost, "{length}: {outcome:?}");
    }
    let script = Script::play([&OPENING[..], &to_data, &[Act::HearMessage, Act::HearEnd]].concat()).await;
    let phases = Phases { end: SOON, ..Phases::default() };
    let mut session = Session::open(&script.settings().with_phases(phases)).await.unwrap();
    let outcome = session.send(&envelope(), MESSAGE, mark).await;
    assert!(matches!(outcome, SendOutcome::InDoubt { .. }), "{outcome:?}");

    let script = Script::play(vec![Act::HearEnd]).await;
    let phases = Phases { greeting: SOON, command: SOON, ..Phases::default() };
    let error = Session::open(&script.settings().with_phases(phases)).await.unwrap_err();
    assert!(matches!(error, SmtpError::Silent { phase: "greeting", .. }), "{error}");
}

#[tokio::test]
async fn a_letter_that_got_stuck_before_its_dot_was_not_taken() {
    // Nobody reads: the message fills the buffers between here and there.
    let stuck =
        [Act::Say("250 x"), Act::Hear("RCPT"), Act::Say("250 x"), Act::Hear("DATA"), Act::Say("354 x"), Act::Hold];
    let script = Script::play([&OPENING[..], &stuck].concat()).await;
    let phases = Phases { block: SOON, ..Phases::default() };
    let mut session = Session::open(&script.settings().with_phases(phases)).await.unwrap();
    let message = b"0123456789abcdef\r\n".repeat(1_000_000);
    let outcome = session.send(&envelope(), &message, mark).await;
    assert!(matches!(outcome, SendOutcome::Deferred { code: None, connection_lost: true, .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_send_that_was_dropped_takes_the_connection_with_it() {
    let script = Script::play([&OPENING[..], &[Act::HearEnd]].concat()).await;
    let mut session = Session::open(&script.settings()).await.unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(20), session.send(&envelope(), MESSAGE, mark)).await;
    assert!(dropped.is_err() && !session.is_open());
    script.heard().await;
}

#[tokio::test]
async fn credentials_go_to_the_server_and_nowhere_else() {
    let hello = [Act::Say("220 x"), Act::Hear("EHLO [127.0.0.1]"), Act::Say("250-x\r\n250 AUTH PLAIN LOGIN")];
    // NUL me NUL p:w in base64.
    let plain = Act::Hear("AUTH PLAIN AG1lAHA6dw==");
    let with = |script: &Script| {
        let mut url = script.url();
        url.set_username("me").unwrap();
        url.set_password(Some("p:w")).unwrap();
        SmtpSettings::from_url(&url).unwrap()
    };
    let script = Script::play([&hello[..], &[plain, Act::Say("235 ok"), Act::Hear("QUIT"), Act::Close]].concat()).await;
    Session::open(&with(&script)).await.unwrap().quit().await;
    script.heard().await;

    let script =
        Script::play([&hello[..], &[plain, Act::Say("535 5.7.8 no me with p:w"), Act::HearEnd]].concat()).await;
    let error = Session::open(&with(&script)).await.unwrap_err();
    assert!(error.is_permanent() && !format!("{error} {error:?}").contains("p:w"), "{error:?}");

    let script = Script::play(vec![hello[0], hello[1], Act::Say("250 x"), Act::HearEnd]).await;
    assert!(matches!(Session::open(&with(&script)).await, Err(SmtpError::Protocol { .. })));

    let script = Script::play(vec![Act::Say("554 5.7.1 not you"), Act::HearEnd]).await;
    let error = Session::open(&script.settings()).await.unwrap_err();
    assert!(matches!(&error, SmtpError::Refused { code: 554, reply, .. } if reply == "554 5.7.1 not you"), "{error}");
}
