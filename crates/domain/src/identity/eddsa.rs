//! Ed25519 signatures for the `jsonwebtoken` crate.
//!
//! The providers that `jsonwebtoken` offers include RSA, ECDSA and HMAC. Outlay signs with Ed25519 only, so it installs a
//! provider that knows nothing else: 20 crates less to compile, and no code that could accept another algorithm.

use ed25519_dalek::{
    Signature, SignatureError, Signer, SigningKey, Verifier, VerifyingKey, pkcs8::DecodePrivateKey,
};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes `jsonwebtoken` sign and verify with this module, in the whole process. Later calls have no effect.
pub(super) fn install() {
    // An error means that a provider is installed already, and nothing else installs one.
    let _ = PROVIDER.install_default();
}

struct Private(SigningKey);

struct Public(VerifyingKey);

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the crate defines the signature"
)]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    require_eddsa(*algorithm, key.family())?;
    let key = SigningKey::from_pkcs8_der(key.as_bytes()).map_err(|_| ErrorKind::InvalidEddsaKey)?;
    Ok(Box::new(Private(key)))
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the crate defines the signature"
)]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    require_eddsa(*algorithm, key.family())?;
    let key =
        VerifyingKey::try_from(key.try_get_as_bytes()?).map_err(|_| ErrorKind::InvalidEddsaKey)?;
    Ok(Box::new(Public(key)))
}

fn require_eddsa(algorithm: Algorithm, family: AlgorithmFamily) -> Result<()> {
    if algorithm != Algorithm::EdDSA {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    if family != AlgorithmFamily::Ed {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(())
}

impl Signer<Vec<u8>> for Private {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, SignatureError> {
        Ok(self.0.try_sign(message)?.to_vec())
    }
}

impl JwtSigner for Private {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Verifier<Vec<u8>> for Public {
    fn verify(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> std::result::Result<(), SignatureError> {
        self.0.verify(message, &Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for Public {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use ed25519_dalek::pkcs8::EncodePrivateKey;
    use jsonwebtoken::crypto::{sign, verify};

    use super::*;

    // RFC 8037, appendix A.
    const PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const MESSAGE: &[u8] = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const SIGNATURE: &str =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    fn private() -> EncodingKey {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(PRIVATE).unwrap();
        let key = SigningKey::from_bytes(&bytes.try_into().unwrap());
        EncodingKey::from_ed_der(key.to_pkcs8_der().unwrap().as_bytes())
    }

    #[test]
    fn signs_the_example_of_rfc_8037() {
        install();
        let signature = sign(MESSAGE, &private(), Algorithm::EdDSA).unwrap();
        assert_eq!(signature, SIGNATURE);
    }

    #[test]
    fn verifies_what_was_signed_and_nothing_else() {
        install();
        let public = DecodingKey::from_ed_components(PUBLIC).unwrap();
        let forged = SIGNATURE.replacen('h', "i", 1);
        let verify = |message, signature| verify(signature, message, &public, Algorithm::EdDSA);
        assert!(verify(MESSAGE, SIGNATURE).unwrap());
        assert!(!verify(&MESSAGE[1..], SIGNATURE).unwrap());
        assert!(!verify(MESSAGE, &forged).unwrap());
        assert!(!verify(MESSAGE, "").unwrap());
    }

    #[test]
    fn refuses_other_algorithms_and_keys() {
        install();
        let public = DecodingKey::from_ed_components(PUBLIC).unwrap();
        let secret = DecodingKey::from_secret(b"secret");
        assert!(sign(MESSAGE, &private(), Algorithm::HS256).is_err());
        assert!(verify(SIGNATURE, MESSAGE, &public, Algorithm::RS256).is_err());
        assert!(verify(SIGNATURE, MESSAGE, &secret, Algorithm::EdDSA).is_err());
        let short = DecodingKey::from_ed_der(b"too short");
        assert!(verify(SIGNATURE, MESSAGE, &short, Algorithm::EdDSA).is_err());
    }
}
