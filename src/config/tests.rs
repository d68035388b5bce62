use std::fs;

use super::*;

fn home(text: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(FILE), text).unwrap();
    fs::write(home.path().join("issuer.key"), "").unwrap();
    home
}

fn load(
    text: &str,
    environment: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Config, Faults> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let flags: Vec<(&str, String)> = flags
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    Config::load(home(text).path(), environment, &flags)
}

fn faults(text: &str, environment: &[(&str, &str)]) -> String {
    load(text, environment, &[]).unwrap_err().to_string()
}

#[test]
fn the_defaults_make_a_server() {
    let config = load("", &[], &[]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:50115".parse().unwrap());
    assert!(config.database.reveal().ends_with("/styrkedja.db"));
    assert!(config.tls.is_none());
    assert!(config.tokens.outside.is_empty());
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "listen = \"127.0.0.1:1\"\nreflection = false\n[log]\nformat = \"json\"";
    let environment = [
        ("STYRKEDJA_LISTEN", "127.0.0.1:2"),
        ("STYRKEDJA_LOG__FILTER", "debug"),
        ("LANG", "sv"),
    ];
    let config = load(file, &environment, &[("listen", "127.0.0.1:3")]).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.log.filter, "debug");
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(!config.reflection);
}

#[test]
fn every_fault_is_reported_at_once_and_by_name() {
    let wrong = "listen = \"here\"\ndatabase = \"mysql://x\"\nlisten_adress = 1\n\
                 [tls]\nkey = \"k.pem\"\n[tokens]\naudience = \"\"\nkey = \"none\"\n[log]\nformat = \"xml\"";
    let faults = faults(wrong, &[("STYRKEDJA_LOG__FILTERS", "info")]);
    for name in [
        "listen",
        "database",
        "listen_adress",
        "tls.certificate",
        "tokens.audience",
        "tokens.key",
        "log.format",
        "log.filters",
    ] {
        assert!(
            faults.contains(&format!("`{name}`")),
            "{name} is not among: {faults}"
        );
    }
    assert_eq!(faults.lines().count(), 8, "{faults}");
}

#[test]
fn a_file_that_is_no_toml_is_named() {
    assert!(faults("listen = ", &[]).contains(FILE));
}

#[test]
fn outside_issuers_are_read_and_none_takes_the_name_of_another() {
    let issuer = |name: &str| {
        format!(
            "[[tokens.outside]]\nname = \"{name}\"\nissuer = \"https://a\"\nkeys = \"a.json\"\n"
        )
    };
    let config = load(&issuer("skolfederation"), &[], &[]).unwrap();
    assert_eq!(config.tokens.outside[0].name, "skolfederation");
    assert!(config.tokens.outside[0].keys.starts_with('/'));
    for wrong in [
        issuer("exchange"),
        issuer("Big"),
        issuer("a") + &issuer("a"),
    ] {
        assert!(faults(&wrong, &[]).contains(".name`"), "{wrong}");
    }
    assert!(
        faults("[[tokens.outside]]\nname = \"a\"\n", &[])
            .contains("`tokens.outside.0.keys` is missing")
    );
}

#[test]
fn what_the_command_line_reads_is_no_setting() {
    assert!(
        load(
            "",
            &[("STYRKEDJA_TOKEN", "x"), ("STYRKEDJA_HOME", "y")],
            &[]
        )
        .is_ok()
    );
}

#[test]
fn origins_of_web_pages_are_read_from_the_file_and_from_flags() {
    let origins = |text: &str, flags: &[(&str, &str)]| load(text, &[], flags).unwrap().web_origins;
    assert!(origins("", &[]).is_empty());
    let two = ["https://app.example.se", "http://localhost:5173"];
    let file = format!("web_origins = {two:?}");
    assert_eq!(origins(&file, &[]), two);
    assert_eq!(origins("", &[("web_origins", &two.join(", "))]), two);
    assert!(origins(&file, &[("web_origins", "")]).is_empty());
}

#[test]
fn what_no_browser_sends_as_an_origin_is_a_fault() {
    for wrong in [
        "*",
        "null",
        "app.example.se",
        "https://",
        "https://:443",
        "https://App.example.se",
        "https://app.example.se/",
        "https://app.example.se:443",
        "https://*.example.se",
        "https://anna@example.se",
        "ftp://example.se",
    ] {
        let faults = faults(&format!("web_origins = [{wrong:?}]"), &[]);
        assert!(
            faults.contains("`web_origins` is no origin"),
            "{wrong}: {faults}"
        );
        assert_eq!(faults.lines().count(), 1, "{faults}");
    }
}
