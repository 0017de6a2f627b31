use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::script::{Act, CERTIFICATE, Script};
use super::*;
use url::Url;

const LETTER: [Act; 12] = [
    Act::Hear("EHLO example.org"),
    Act::Say("250 x"),
    Act::Hear("MAIL"),
    Act::Say("250 x"),
    Act::Hear("RCPT"),
    Act::Say("250 x"),
    Act::Hear("DATA"),
    Act::Say("354 x"),
    Act::HearMessage,
    Act::Say("250 x"),
    Act::Hear("QUIT"),
    Act::Say("221 x"),
];

fn settings(script: &Script, scheme: &str) -> SmtpSettings {
    let url = Url::parse(&format!("{scheme}://localhost:{}", script.port())).unwrap();
    SmtpSettings::from_url(&url).unwrap().greeting_as(&Address::parse("d@example.org").unwrap())
}

fn trust() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(CERTIFICATE)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

#[tokio::test]
async fn a_letter_goes_through_tls_and_starttls() {
    let upgrade = [
        Act::Say("220 x"),
        Act::Hear("EHLO example.org"),
        Act::Say("250-x\r\n250-SIZE 1\r\n250 starttls"),
        Act::Hear("STARTTLS"),
        Act::Say("220 go"),
        Act::Protect,
    ];
    let implicit = [Act::Protect, Act::Say("220 x")];
    for (scheme, begin) in [("smtps", &implicit[..]), ("smtp+starttls", &upgrade)] {
        let script = Script::play([begin, &LETTER].concat()).await;
        let mut session = Session::open(&settings(&script, scheme).with_tls(trust())).await.unwrap();
        let outcome = session.send(&envelope(), MESSAGE, mark).await;
        assert!(matches!(outcome, SendOutcome::Accepted { .. }), "{scheme}: {outcome:?}");
        session.quit().await;
        assert!(script.heard().await.contains(&"last".to_owned()));
    }
}

#[tokio::test]
async fn nothing_is_said_without_the_tls_that_was_asked_for() {
    let greeted = [Act::Say("220 x"), Act::Hear("EHLO"), Act::Say("250 SIZE 1"), Act::HearEnd];
    let script = Script::play(greeted.to_vec()).await;
    let error = Session::open(&settings(&script, "smtp+starttls")).await.unwrap_err();
    assert!(matches!(error, SmtpError::NoStartTls { .. }), "{error}");
    assert_eq!(script.heard().await.len(), 1);

    let script = Script::play(vec![
        Act::Say("220 x"),
        Act::Hear("EHLO"),
        Act::Say("250 STARTTLS"),
        Act::Hear("STARTTLS"),
        Act::Say("454 4.7.0 not now"),
        Act::HearEnd,
    ])
    .await;
    let error = Session::open(&settings(&script, "smtp+starttls")).await.unwrap_err();
    assert!(matches!(error, SmtpError::Refused { code: 454, .. }), "{error}");
}

#[tokio::test]
async fn words_slipped_in_before_tls_are_noticed() {
    let script = Script::play(vec![
        Act::Say("220 x"),
        Act::Hear("EHLO"),
        Act::Say("250 STARTTLS"),
        Act::Hear("STARTTLS"),
        Act::Say("220 go\r\n250 AUTH PLAIN"),
        Act::HearEnd,
    ])
    .await;
    let error = Session::open(&settings(&script, "smtp+starttls").with_tls(trust())).await.unwrap_err();
    assert!(matches!(error, SmtpError::Protocol { .. }), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let nobody = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let script = Script::play(vec![Act::Protect]).await;
    let error = Session::open(&settings(&script, "smtps").with_tls(Arc::new(nobody))).await.unwrap_err();
    assert!(matches!(error, SmtpError::Tls { .. }), "{error}");
}
