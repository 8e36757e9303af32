"""How the OpenAPI description is drawn from a view: what may be asked, what comes back, how it may be refused."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from core.api.errors import DetailSerializer

REFUSAL: dict[str, Any] = {
    "oneOf": [
        {
            "type": "object", "required": ["detail"], "additionalProperties": False,
            "properties": {"detail": {"type": "string", "description": "La raison, en français."}},
        },
        {
            "type": "object", "minProperties": 1, "not": {"required": ["detail"]},
            "additionalProperties": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            "description": "Pour chaque paramètre refusé, les raisons.",
        },
    ],
}  # fmt: skip


class PublicSchema(AutoSchema):
    """Every operation says its refusals; a list says its pages."""

    view: Any

    def get_tags(self) -> list[str]:
        return [self._tokenize_path()[0]] if self._tokenize_path() else ["root"]

    def get_summary(self) -> str:
        """The first line of the resource's description, and whether one or many come back."""
        first = self.get_description().splitlines()[0]
        return f"Un seul élément. {first}" if self.view.action == "retrieve" else first

    def get_response_serializers(self) -> Any:
        responses: dict[int, Any] = {
            200: self.view.get_serializer_class(),
            400: OpenApiResponse(REFUSAL, "Un paramètre est inconnu ou sa valeur n’est pas valide."),
            429: OpenApiResponse(DetailSerializer, "Trop de demandes à la fois : l’en-tête Retry-After dit l’attente."),
        }
        if self.view.action == "retrieve":
            if self.view.moved:
                responses[301] = OpenApiResponse(DetailSerializer, self.view.moved)
            responses[404] = OpenApiResponse(DetailSerializer, "Rien ne se trouve à cette adresse.")
        return responses
