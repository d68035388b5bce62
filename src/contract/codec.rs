//! The codec of every service of the contract: requests are held against the contract before they are decoded.
//! Answers are encoded and decoded as they are. Knows messages by name only.

use std::marker::PhantomData;

use bytes::{Buf as _, BufMut as _};
use prost::{Message, Name};
use tonic::{
    Status,
    codec::{DecodeBuf, Decoder, EncodeBuf, Encoder},
};

use super::Request;
use crate::error::Error;

/// A message of more bytes is mostly of few large pieces, and to copy them twice costs more than the pieces do.
const LARGE: usize = 16 * 1024;

/// Encodes `T` and decodes `U`.
#[derive(Clone, Copy, Debug)]
pub struct Codec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for Codec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> tonic::codec::Codec for Codec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Name + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = Encoding<T>;
    type Decoder = Decoding<U>;

    fn encoder(&mut self) -> Self::Encoder {
        Encoding(PhantomData)
    }

    fn decoder(&mut self) -> Self::Decoder {
        Decoding {
            request: super::get().request(&U::full_name()),
            begun: false,
            decodes: PhantomData,
        }
    }
}

/// Encodes messages as they are.
#[derive(Clone, Copy, Debug)]
pub struct Encoding<T>(PhantomData<T>);

impl<T: Message> Encoder for Encoding<T> {
    type Item = T;
    type Error = Status;

    fn encode(&mut self, message: T, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        let bytes = message.encoded_len();
        if bytes > LARGE {
            buffer.reserve(bytes);
            message.encode_raw(buffer);
        } else {
            // Many small pieces go into a vector much faster than into tonic's buffer.
            let mut whole = Vec::with_capacity(bytes);
            message.encode_raw(&mut whole);
            buffer.put_slice(&whole);
        }
        Ok(())
    }
}

/// Decodes messages; requests only if they pass.
#[derive(Clone, Copy, Debug)]
pub struct Decoding<U> {
    /// `None`: what is decoded is an answer.
    request: Option<Request<'static>>,
    /// Whether a message has come.
    begun: bool,
    decodes: PhantomData<U>,
}

impl<U: Message + Default> Decoder for Decoding<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        if let Some(request) = self.request {
            // tonic takes the first message of several, and forgets the others.
            if std::mem::replace(&mut self.begun, true) && !request.streams() {
                return Err(Error::NotOneMessage.into());
            }
            // All of it: tonic hands over messages in one piece.
            if buffer.chunk().len() == buffer.remaining() {
                request.check(buffer.chunk())?;
            } else {
                return Err(
                    Error::fault(anyhow::anyhow!("a request came in more than one piece")).into(),
                );
            }
        }
        let message = U::decode(buffer).map_err(|_| Status::from(Error::Malformed))?;
        Ok(Some(message))
    }
}
