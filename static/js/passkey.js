// Passkeys: the browser's ceremony between a question of the portal and its form. Without this module the forms stay hidden.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const REFUSALS = {
  NotAllowedError: "La demande a été annulée, ou votre appareil n’a pas répondu à temps. Vous pouvez recommencer.",
  InvalidStateError: "Cette clé protège déjà votre compte.",
  SecurityError: "Ouvrez le portail à son adresse habituelle : une clé d’accès ne répond qu’à elle.",
};

function known(list) {
  return (list ?? []).map((entry) => ({ ...entry, id: bytes(entry.id) }));
}

function answer(credential) {
  const said = credential.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[part]) response[part] = text(said[part]);
  }
  if (said.getTransports) response.transports = said.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function create(publicKey, alone) {
  const selection = { ...publicKey.authenticatorSelection };
  selection.residentKey = alone ? "required" : "discouraged";
  selection.requireResidentKey = alone;
  if (alone) selection.userVerification = "required";
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      authenticatorSelection: selection,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  });
}

async function get(publicKey) {
  return navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known(publicKey.allowCredentials) },
  });
}

async function question(form) {
  if (!form.dataset.question) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const reply = await fetch(form.dataset.question, { method: "POST", body });
  if (!reply.ok) throw new Error(`question: ${reply.status}`);
  return reply.json();
}

async function run(form) {
  const told = form.querySelector("[data-told]");
  const button = form.querySelector("button");
  told.textContent = "";
  button.disabled = true;
  try {
    const asked = await question(form);
    const publicKey = (asked.creation_options ?? asked.request_options ?? asked).publicKey;
    const credential = form.dataset.passkey === "create" ? await create(publicKey, form.elements.passwordless?.checked ?? true) : await get(publicKey);
    form.elements.credential.value = JSON.stringify(answer(credential));
    form.submit();
  } catch (error) {
    told.textContent = REFUSALS[error.name] ?? "Votre navigateur n’a pas su utiliser cette clé. Rechargez la page, puis recommencez.";
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    document.querySelectorAll("[data-without-passkey]").forEach((element) => (element.hidden = true));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run(form);
    });
  }
}
